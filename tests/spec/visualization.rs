//! What a browser is shown of a stranger's file: drawn pages and plain images, whatever the file does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod files;
mod hostile;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use qolhat::demo::paper;
use qolhat::visualization::child::{CPU_MAX_SECONDS, MEMORY_MAX_BYTES};
use qolhat::visualization::{
    DrawError, Drawer, DrawerLimits, INPUT_MAX_BYTES, ImageKind, PAGES_MAX, View, plain_image,
};
use qolhat_storage::ContentDigest;
use tokio::net::TcpListener;

use files::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_qolhat");

fn drawer() -> Drawer {
    Drawer::new(PROGRAM.into(), DrawerLimits::default())
}

/// A renderer that is not what it should be.
fn false_program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec/visualization").join(name)
}

fn drawer_of(program: &str, limits: DrawerLimits) -> Drawer {
    Drawer::new(false_program(program), limits)
}

fn view(page: u32, width: u32) -> View {
    View::new(page, width).unwrap()
}

/// How many processes have `program` in their command line.
fn processes(program: &Path) -> usize {
    let all = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path().join("cmdline"));
    let name = program.to_str().unwrap();
    all.filter(|line| std::fs::read(line).is_ok_and(|line| String::from_utf8_lossy(&line).contains(name))).count()
}

/// Waits until `count` of them are there.
async fn wait_for_processes(program: &Path, count: usize) {
    for _ in 0..500 {
        if processes(program) == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} processes instead of {count}", processes(program));
}

#[tokio::test]
async fn a_page_is_drawn_as_wide_as_asked_and_is_not_blank() {
    let (drawer, act) = (drawer(), paper::pdf("Report to act 17"));
    assert_eq!(drawer.count(&act).await, Ok(1));
    let drawing = drawer.page(&act, view(1, 1000)).await.unwrap();
    let (width, height, _) = pixels(drawing.png());
    assert_eq!((width, height), (1000, 1415));
    assert!((500..500_000).contains(&ink(drawing.png())), "{} pixels", ink(drawing.png()));
    assert!(drawing.is_complete());
    assert_eq!(drawer.page(&act, view(2, 1000)).await.unwrap_err(), DrawError::NoSuchPage);
}

#[test]
fn what_is_asked_for_is_bounded() {
    assert_eq!(View::new(0, 1000), Err(DrawError::NoSuchPage));
    assert_eq!(View::new(PAGES_MAX + 1, 1000), Err(DrawError::NoSuchPage));
    for width in [0, 63, 2001, 65_536 + 1000, u32::MAX] {
        assert_eq!(View::new(1, width), Err(DrawError::Width));
    }
}

/// A document that would act when it is opened is a picture like any other: to the pixel that of the same page alone.
#[tokio::test]
async fn scripts_links_forms_and_attachments_stay_octets() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (url, folder) = (format!("http://{}/", listener.local_addr().unwrap()), tempfile::TempDir::new().unwrap());
    let mark = folder.path().join("launched");
    let mark = mark.display();
    let catalog = format!(
        "/OpenAction << /S /JavaScript /JS (app.launchURL('{url}')) >> \
         /AA << /WC << /S /URI /URI ({url}) >> /O << /S /Launch /F (/bin/touch) /Win << /F (touch) /P ({mark}) >> >> >> \
         /Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (this.submitForm('{url}')) >>] >> \
                   /EmbeddedFiles << /Names [(a.exe) << /Type /Filespec /F (a.exe) /EF << /F 7 0 R >> >>] >> >> \
         /AcroForm << /Fields [8 0 R] /XFA 7 0 R /NeedAppearances true >>"
    );
    let action = format!("/A << /S /SubmitForm /F << /FS /URL /F ({url}) >> >>");
    let annotations = format!(
        "/AA << /O << /S /Launch /F (/bin/touch {mark}) >> >> \
         /Annots [8 0 R << /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A << /S /URI /URI ({url}) >> >> \
                  << /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /EF << /F 7 0 R >> >> >> \
                  << /Type /Annot /Subtype /RichMedia /Rect [0 0 9 9] /A << /S /GoToR /F ({url}) /NewWindow true >> >>]"
    );
    let more = [
        object("<< >>"),
        stream(&format!("/Type /EmbeddedFile /FFilter /FlateDecode /F ({url})"), b"MZ"),
        object(format!("<< /Type /Annot /Subtype /Widget /FT /Btn /T (b) /Rect [0 0 595 842] {action} >>")),
        // What a stream outside of the file would show.
        stream(
            "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 \
             /F (/etc/passwd)",
            b"",
        ),
    ];
    let content = [SAYING, b" q 99 0 0 99 0 0 cm /Out Do Q"].concat();
    let acting = file(&page_objects(&catalog, &stream("", &content), "/XObject << /Out 9 0 R >>", &annotations, &more));
    let (drawer, alone) = (drawer(), page(SAYING, "", "", &[]));
    let (plain, acted) = tokio::join!(drawer.page(&alone, view(1, 500)), drawer.page(&acting, view(1, 500)));
    assert_eq!(pixels(plain.unwrap().png()), pixels(acted.unwrap().png()));
    assert!(!folder.path().join("launched").exists());
    let called = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
    assert!(called.is_err(), "something called home");
}

/// A page that says "Қолхат" in `font`, which it carries.
fn kazakh(font: &[u8]) -> Vec<u8> {
    let dictionary = "<< /Type /Font /Subtype /TrueType /BaseFont /DejaVuSans /FirstChar 65 /LastChar 70 \
                      /Widths [700 612 639 592 613 524] /FontDescriptor 7 0 R /Encoding << /Type /Encoding \
                      /Differences [65 /uni049A /uni043E /uni043B /uni0445 /uni0430 /uni0442] >> >>";
    let descriptor = "<< /Type /FontDescriptor /FontName /DejaVuSans /Flags 32 /FontBBox [0 0 1000 1000] /ItalicAngle 0 \
                      /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 /FontFile2 8 0 R >>";
    let font = stream(&format!("/Length1 {} /Filter /FlateDecode", font.len()), &deflated(font));
    page(b"BT /F2 48 Tf 72 700 Td (ABCDEF) Tj ET", "", "", &[object(dictionary), object(descriptor), font])
}

/// Ours have no Kazakh letters: a page in a font that it does not carry looks whole and may say nothing.
#[tokio::test]
async fn a_drawing_says_when_letters_or_images_may_be_missing() {
    let drawer = drawer();
    let complete = async |name: &str, pdf: Vec<u8>| {
        let drawing = drawer.page(&pdf, view(1, 500)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        (drawing.is_complete(), ink(drawing.png()) > 0)
    };
    let own = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 10 10] /FontMatrix [0.1 0 0 0.1 0 0] /FirstChar 65 /LastChar 65 \
               /Widths [10] /Encoding << /Differences [65 /uni049A] >> /CharProcs << /uni049A 7 0 R >> /Resources << >> >>";
    let strokes = stream("", b"10 0 d0 1 w 1 1 m 1 9 l 1 5 m 8 9 l 1 5 m 8 1 l 8 -1 l S");
    let own = page(b"BT /F2 48 Tf 72 700 Td (A) Tj ET", "", "", &[object(own), strokes]);
    assert_eq!(complete("a font of the file", own).await, (true, true));
    match std::fs::read("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf") {
        Ok(font) => assert_eq!(complete("Kazakh in a font of the file", kazakh(&font)).await, (true, true)),
        Err(_) => eprintln!("SKIPPED: Kazakh in a font of the file (no DejaVu Sans here)"),
    }
    let cyrillic = "<< /Type /Font /Subtype /TrueType /BaseFont /Arial /FirstChar 65 /LastChar 65 /Widths [600] \
                    /Encoding << /Type /Encoding /Differences [65 /afii10017] >> >>";
    let letters = b"BT /F1 24 Tf 72 700 Td (Act) Tj /F2 24 Tf 72 0 Td (AAA) Tj ET";
    assert_eq!(complete("letters that ours lack", page(letters, "", "", &[object(cyrillic)])).await, (false, true));
    let foreign = "<< /Type /Font /Subtype /Type0 /BaseFont /TimesNewRomanPSMT /Encoding /Identity-H /DescendantFonts [<< \
                   /Type /Font /Subtype /CIDFontType2 /BaseFont /TimesNewRomanPSMT /DW 600 \
                   /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>";
    let codes = page(b"BT /F2 24 Tf 72 700 Td <024A024B024C> Tj ET", "", "", &[object(foreign)]);
    assert!(!complete("codes of a font that is not there", codes).await.0);
    let torn = stream(
        "/Type /XObject /Subtype /Image /Width 9 /Height 9 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
        b"\xff\xd8\xff\xe0torn",
    );
    let content = [SAYING, b" q 99 0 0 99 0 0 cm /X Do Q"].concat();
    let torn = page(&content, "/XObject << /X 7 0 R >>", "", &[object("<< >>"), torn]);
    assert_eq!(complete("an image that cannot be read", torn).await, (false, true));
}

#[tokio::test]
async fn an_encrypted_document_is_told_from_a_broken_one() {
    let secret = "<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 \
                  /O <00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff> \
                  /U <ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100> >>";
    let mut objects = page_objects("", &stream("", SAYING), "", "", &[]);
    objects.push(object(secret));
    let encrypted = file_with(&objects, "/Encrypt 6 0 R /ID [<00> <00>]");
    let drawer = drawer();
    assert_eq!(drawer.page(&encrypted, view(1, 500)).await.unwrap_err(), DrawError::Encrypted);
    assert_eq!(drawer.count(&encrypted).await, Err(DrawError::Encrypted));
    for (name, broken) in hostile::broken() {
        match drawer.page(&broken, view(1, 500)).await {
            Err(error) => assert_eq!(error, DrawError::Unreadable, "{name}"),
            Ok(drawing) => assert_eq!(name, "a table that points outside", "{drawing:?}"),
        }
    }
    assert_eq!(drawer.count(&vec![b'%'; INPUT_MAX_BYTES + 1]).await, Err(DrawError::TooLarge));
}

/// Each file is answered, by a picture or an error, within the life of a process, and the drawer goes on.
async fn answered(files: Vec<hostile::Hostile>) {
    let drawer = drawer();
    let longest = DrawerLimits::default().life + Duration::from_secs(2);
    for (name, pdf) in files {
        let start = Instant::now();
        let count = drawer.count(&pdf).await;
        let counted = start.elapsed();
        let drawn = drawer.page(&pdf, view(1, 300)).await;
        let drew = start.elapsed() - counted;
        eprintln!("{name}: {count:?} {counted:.2?}, {drawn:?} {drew:.2?}");
        assert!(counted < longest && drew < longest, "{name}: {counted:?} {drew:?}");
        for error in [count.err(), drawn.err()].into_iter().flatten() {
            assert!(!matches!(error, DrawError::Busy | DrawError::NotStarted(_) | DrawError::Width), "{name}: {error}");
        }
    }
    assert!(drawer.page(&paper::pdf("still here"), view(1, 300)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_leads_to_itself_is_answered() {
    answered(hostile::cyclic()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_nested_a_million_deep_is_answered() {
    answered(hostile::nested()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_unfolds_to_gibibytes_is_answered() {
    answered(hostile::bombs()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_and_number_are_answered() {
    answered(hostile::boxes()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_drawing_has_no_end_is_answered() {
    answered(hostile::endless()).await;
}

/// Every octet may be another one, and the file may end anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_drawn_or_refused() {
    let drawer = drawer();
    let good = paper::pdf("Report to act 17");
    let mut state = 0x9e37_79b9_u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(state >> 8).unwrap() % below
    };
    let mut damaged: Vec<Vec<u8>> = (0..60).map(|part| good[..good.len() * part / 60].to_vec()).collect();
    for _ in 0..300 {
        let mut flipped = good.clone();
        for _ in 0..=next(3) {
            let at = next(good.len());
            flipped[at] ^= 1 << next(8);
        }
        damaged.push(flipped);
    }
    let (mut drawn, mut refused) = (0, 0);
    for pair in damaged.chunks(2) {
        let ask = async |pdf: Option<&Vec<u8>>| match pdf {
            Some(pdf) => Some(drawer.page(pdf, view(1, 64)).await),
            None => None,
        };
        let (one, other) = tokio::join!(ask(pair.first()), ask(pair.get(1)));
        for answer in [one, other].into_iter().flatten() {
            match answer {
                Ok(_) => drawn += 1,
                Err(DrawError::Unreadable | DrawError::Encrypted | DrawError::NoSuchPage | DrawError::GaveUp) => {
                    refused += 1
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert!(drawn > 100 && refused > 10, "{drawn} drawn, {refused} refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renderer_that_never_answers_is_ended_and_so_is_one_that_nobody_waits_for() {
    let folder = tempfile::TempDir::new().unwrap();
    let program = folder.path().join("silent");
    std::os::unix::fs::symlink(false_program("silent"), &program).unwrap();
    let act = paper::pdf("Report to act 17");
    let limits = DrawerLimits { life: Duration::from_millis(300), ..DrawerLimits::default() };
    let impatient = Drawer::new(program.clone(), limits);
    assert_eq!(impatient.page(&act, view(1, 500)).await.unwrap_err(), DrawError::TimedOut);
    assert_eq!(processes(&program), 0);
    let patient = Drawer::new(program.clone(), DrawerLimits::default());
    tokio::select! {
        answer = patient.page(&act, view(1, 500)) => panic!("{answer:?}"),
        () = wait_for_processes(&program, 1) => {}
    }
    wait_for_processes(&program, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_png_is_taken_from_a_renderer_and_no_more_than_its_due() {
    let act = paper::pdf("Report to act 17");
    for program in ["flooding", "lying"] {
        let drawer = drawer_of(program, DrawerLimits::default());
        assert_eq!(drawer.page(&act, view(1, 500)).await.unwrap_err(), DrawError::GaveUp, "{program}");
        assert_eq!(drawer.count(&act).await, Err(DrawError::GaveUp), "{program}");
    }
    let drawer = drawer_of("none such", DrawerLimits::default());
    assert_eq!(drawer.count(&act).await, Err(DrawError::NotStarted(std::io::ErrorKind::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn few_draw_at_once_and_not_too_many_wait() {
    let limits = DrawerLimits { processes: 1, waiting: 3, life: Duration::from_millis(400), ..DrawerLimits::default() };
    let (drawer, act) = (drawer_of("silent", limits), paper::pdf("Report to act 18"));
    let ask = |page| drawer.page(&act, view(page, 500));
    let (a, b, c, d) = tokio::join!(ask(1), ask(2), ask(3), ask(4));
    let answers = [a, b, c, d].map(|answer| answer.unwrap_err());
    assert_eq!(answers, [DrawError::TimedOut, DrawError::TimedOut, DrawError::TimedOut, DrawError::Busy]);
}

#[tokio::test]
async fn paging_back_starts_no_process() {
    let folder = tempfile::TempDir::new().unwrap();
    let program = folder.path().join("qolhat");
    std::os::unix::fs::symlink(PROGRAM, &program).unwrap();
    let drawer = Drawer::new(program.clone(), DrawerLimits::default());
    let (act, other) = (paper::pdf("Report to act 17"), paper::pdf("Report to act 18"));
    let content = ContentDigest::of(&act);
    assert!(drawer.known_page(content, view(1, 500)).is_none() && drawer.known_count(content).is_none());
    let drawn = drawer.page(&act, view(1, 500)).await.unwrap();
    assert_eq!(drawer.count(&act).await, Ok(1));
    assert_eq!(drawer.page(&act, view(7, 500)).await.unwrap_err(), DrawError::NoSuchPage);
    std::fs::remove_file(&program).unwrap();
    assert_eq!(drawer.page(&act, view(1, 500)).await.unwrap().png(), drawn.png());
    assert_eq!(drawer.page(&act, view(7, 500)).await.unwrap_err(), DrawError::NoSuchPage);
    assert!(drawer.known_page(content, view(1, 500)).is_some_and(|known| known.is_ok()));
    assert_eq!(drawer.known_count(content), Some(Ok(1)));
    let gone = DrawError::NotStarted(std::io::ErrorKind::NotFound);
    assert_eq!(drawer.page(&act, view(1, 501)).await.unwrap_err(), gone);
    assert_eq!(drawer.page(&other, view(1, 500)).await.unwrap_err(), gone);
}

/// Before it has read an octet: no memory past the bound, no more processor time, no file, no socket, no core.
#[test]
fn the_process_that_draws_binds_itself() {
    let mut child = Command::new(PROGRAM)
        .args(["draw-page", "--count"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let limits = || std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let wanted = [
        ("Max address space", MEMORY_MAX_BYTES),
        ("Max cpu time", CPU_MAX_SECONDS),
        ("Max open files", 3),
        ("Max core file size", 0),
        ("Max processes", 0),
    ];
    let holds = |text: &str| {
        wanted.iter().all(|(name, most)| {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            let words: Vec<&str> = line[name.len()..].split_whitespace().collect();
            words[..2] == [most.to_string(), most.to_string()]
        })
    };
    let bound = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        holds(&limits())
    });
    let told = limits();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(bound, "{told}");
}

#[test]
fn an_image_is_what_its_first_octets_and_its_header_say() {
    let png = |width: u32, height: u32| {
        [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x02\0\0\0"]
            .concat()
    };
    let jpeg = |width: u16, height: u16| {
        let app = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xff\xfe\x00\x14<script>alert(1)</";
        [app.as_slice(), b"\xff\xc2\x00\x11\x08", &height.to_be_bytes(), &width.to_be_bytes(), b"\x03"].concat()
    };
    let webp = |form: &[u8], body: &[u8]| [b"RIFF\xff\0\0\0WEBP", form, b"\x40\0\0\0", body].concat();
    let lossless = 799_u32 | (599 << 14);
    for (bytes, kind, size) in [
        (png(800, 600), ImageKind::Png, (800, 600)),
        ([png(800, 600), b"<html><script>alert(1)</script>".to_vec()].concat(), ImageKind::Png, (800, 600)),
        (jpeg(800, 600), ImageKind::Jpeg, (800, 600)),
        (b"GIF89a\x20\x03\x58\x02\x80\0\0".to_vec(), ImageKind::Gif, (800, 600)),
        // "/*" is a width of 10799: a script to one reader, served as an image to all.
        (b"GIF89a/*\x0a\x00*/=1;alert(1)".to_vec(), ImageKind::Gif, (10_799, 10)),
        (webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x20\x03\x58\x02"), ImageKind::WebP, (800, 600)),
        (webp(b"VP8L", &[b"\x2f".as_slice(), &lossless.to_le_bytes()].concat()), ImageKind::WebP, (800, 600)),
        (webp(b"VP8X", b"\0\0\0\0\x1f\x03\0\x57\x02\0"), ImageKind::WebP, (800, 600)),
    ] {
        let image = plain_image(&bytes).unwrap_or_else(|| panic!("{kind:?} {size:?}"));
        assert_eq!((image.kind, image.width_px, image.height_px), (kind, size.0, size.1));
        for length in 0..bytes.len() {
            let _ = plain_image(&bytes[..length]);
        }
    }
    for (name, bytes) in [
        ("nothing", Vec::new()),
        ("SVG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec()),
        ("HTML before a PNG", [b"<!doctype html>".to_vec(), png(800, 600)].concat()),
        ("HTML before a JPEG", [b"\n<script>".to_vec(), jpeg(800, 600)].concat()),
        ("a comment before a GIF", b"/*GIF89a\x20\x03\x58\x02".to_vec()),
        ("a PNG without a header", b"\x89PNG\r\n\x1a\n\0\0\0\x0dtEXt".to_vec()),
        ("a PNG of a milliard by a milliard", png(1_000_000_000, 1_000_000_000)),
        ("a PNG of no width", png(0, 600)),
        ("a PNG wider than numbers go", png(u32::MAX, u32::MAX)),
        ("a JPEG past the bound", jpeg(u16::MAX, u16::MAX)),
        ("a JPEG without a size", b"\xff\xd8\xff\xda\0\x08".to_vec()),
        ("a JPEG of segments without end", [b"\xff\xd8".as_slice(), &b"\xff\xe1\0\x02".repeat(100_000)].concat()),
        ("a GIF past the bound", b"GIF89a\xff\xff\xff\xff".to_vec()),
        ("a GIF of another year", b"GIF88a\x20\x03\x58\x02".to_vec()),
        ("a sound in the container of WebP", b"RIFF\xff\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec()),
        ("a BMP", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec()),
        ("a PDF", paper::pdf("no image")),
    ] {
        assert_eq!(plain_image(&bytes), None, "{name}");
    }
}
