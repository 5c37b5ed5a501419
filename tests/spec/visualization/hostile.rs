//! Files that want more than their sender's due: the processor for ever, all of memory, the stack.

use super::files::*;

/// A name for the message and the octets.
pub type Hostile = (&'static str, Vec<u8>);

/// A form that `content` draws.
fn form(content: &[u8], resources: &str) -> Vec<u8> {
    stream(&format!("/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << {resources} >>"), content)
}

fn image(entries: &str, data: &[u8]) -> Vec<u8> {
    let resources = "/XObject << /X 7 0 R >>";
    let none = object("<< >>");
    let image = stream(&format!("/Type /XObject /Subtype /Image {entries}"), data);
    page(b"595 0 0 842 0 0 cm /X Do", resources, "", &[none, image])
}

/// Not what they say they are.
pub fn broken() -> Vec<Hostile> {
    let good = page(SAYING, "", "", &[]);
    let mut html_first = b"<!doctype html><script>alert(1)</script>\n".to_vec();
    html_first.extend(&good);
    let mut noise = b"%PDF-1.7\n".to_vec();
    noise.extend((0..200_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]));
    vec![
        ("nothing", Vec::new()),
        ("text", b"Not a PDF at all".to_vec()),
        ("HTML with a PDF in it", html_first),
        ("a header and no more", b"%PDF-1.7\n".to_vec()),
        ("noise after a header", noise),
        (
            "no pages",
            file(&[object("<< /Type /Catalog /Pages 2 0 R >>"), object("<< /Type /Pages /Kids [] /Count 0 >>")]),
        ),
        ("a table that points outside", {
            let text = String::from_utf8(good).unwrap().replace("startxref\n", "startxref\n9999999999999999");
            text.into_bytes()
        }),
    ]
}

pub fn cyclic() -> Vec<Hostile> {
    let none = object("<< >>");
    let pages = |kids: &str| file(&[object("<< /Type /Catalog /Pages 2 0 R >>"), object(kids)]);
    let resources = "/XObject << /X 7 0 R >> /Pattern << /P 7 0 R >> /ColorSpace << /C 7 0 R >> \
                     /ExtGState << /G 7 0 R >> /Shading << /S 7 0 R >>";
    let with = |content: &[u8], object_7: Vec<u8>| page(content, resources, "", &[none.clone(), object_7]);
    vec![
        ("a page tree in its own branches", pages("<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>")),
        ("a form that draws itself", with(b"/X Do", form(b"/X Do /X Do", "/XObject << /X 7 0 R >>"))),
        ("a pattern painted with itself", {
            let entries = "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 \
                           /Resources << /Pattern << /P 7 0 R >> >>";
            with(b"/Pattern cs /P scn 0 0 595 842 re f", stream(entries, b"/Pattern cs /P scn 0 0 9 9 re f"))
        }),
        ("a letter that writes itself", {
            let font = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 65 \
                        /LastChar 65 /Widths [9] /Encoding << /Differences [65 /a] >> /CharProcs << /a 7 0 R >> \
                        /Resources << /Font << /F2 6 0 R >> >> >>";
            let letter = stream("", b"9 0 d0 BT /F2 1 Tf (AAAA) Tj ET");
            page(b"BT /F2 9 Tf 72 700 Td (AAAA) Tj ET", "", "", &[object(font), letter])
        }),
        ("a mask masked by itself", {
            let entries = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency /CS /DeviceGray >> \
                           /Resources << /ExtGState << /G << /SMask << /S /Luminosity /G 7 0 R >> >> >> >>";
            let content = stream(entries, b"/G gs 0 0 99 99 re f");
            page(
                b"/G gs 0 0 99 99 re f",
                "/ExtGState << /G << /SMask << /S /Luminosity /G 7 0 R >> >> >>",
                "",
                &[none.clone(), content],
            )
        }),
        ("a colour space over itself", with(b"/C cs 1 scn 0 0 9 9 re f", object("[/Indexed 7 0 R 1 <000102030405>]"))),
        ("a function of itself", {
            let function =
                object("<< /FunctionType 3 /Domain [0 1] /Functions [8 0 R 8 0 R] /Bounds [0.5] /Encode [0 1 0 1] >>");
            let shading = object("<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 595 842] /Function 8 0 R >>");
            page(b"/S sh", resources, "", &[none.clone(), shading, function])
        }),
        ("a length that is its own stream", {
            let mut objects = page_objects("", b"", "", "", &[]);
            objects[3] = b"<< /Length 4 0 R >>\nstream\n0 0 9 9 re f\nendstream".to_vec();
            file(&objects)
        }),
        ("a reference to itself", with(b"/X Do", object("7 0 R"))),
        ("tables that precede each other", {
            let good = page(SAYING, "", "", &[]);
            let at = String::from_utf8(good.clone()).unwrap().find("xref\n").unwrap();
            String::from_utf8(good).unwrap().replace("/Size", &format!("/Prev {at} /Size")).into_bytes()
        }),
        ("an object stream within itself", {
            let inner = b"4 0 2 10 << /Type /ObjStm >> << /Type /Pages /Kids [3 0 R] >>";
            let objects = [
                object("<< /Type /Catalog /Pages 2 0 R >>"),
                object("<< /Type /Pages /Kids [3 0 R] >>"),
                object("<< /Type /Page /Contents 4 0 R >>"),
                stream("/Type /ObjStm /N 2 /First 10 /Extends 4 0 R", inner),
            ];
            file(&objects)
        }),
    ]
}

pub fn nested() -> Vec<Hostile> {
    let deep = |open: &str, close: &str, times: usize| open.repeat(times) + &close.repeat(times);
    let with_entry = |text: String| page(SAYING, "", &format!("/Deep {text}"), &[]);
    let million = 1_000_000;
    vec![
        ("arrays in arrays", with_entry(deep("[", "]", million))),
        ("dictionaries in dictionaries", with_entry(deep("<</A", ">>", million))),
        ("arrays without an end", with_entry("[".repeat(million))),
        ("arrays in a content", page(deep("[", "]", million).as_bytes(), "", "", &[])),
        ("states saved a million times", page("q ".repeat(million).as_bytes(), "", "", &[])),
        ("clips within clips", page("0 0 595 842 re W n ".repeat(100_000).as_bytes(), "", "", &[])),
        ("marks within marks", page("/A BMC ".repeat(million).as_bytes(), "", "", &[])),
        (
            "brackets in a string",
            page(format!("BT /F1 9 Tf ({}) Tj ET", deep("(", ")", million)).as_bytes(), "", "", &[]),
        ),
        ("pages under pages", {
            let mut objects = vec![object("<< /Type /Catalog /Pages 2 0 R >>")];
            objects.extend((3..50_000).map(|next| object(format!("<< /Type /Pages /Kids [{next} 0 R] >>"))));
            objects.push(object("<< /Type /Page /MediaBox [0 0 595 842] >>"));
            file(&objects)
        }),
        ("forms that draw ten forms each", {
            let mut more = vec![object("<< >>")];
            for next in 8..28 {
                more.push(form(&b"/X Do ".repeat(10), &format!("/XObject << /X {next} 0 R >>")));
            }
            more.push(form(b"0 0 9 9 re f", ""));
            page(b"/X Do", "/XObject << /X 7 0 R >>", "", &more)
        }),
        ("groups within groups", {
            let mut more = vec![object("<< >>")];
            for next in 8..58 {
                let entries = format!(
                    "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency /I true >> \
                     /Resources << /XObject << /X {next} 0 R >> >>"
                );
                more.push(stream(&entries, b"0 0 99 99 re f /X Do"));
            }
            page(b"/X Do", "/XObject << /X 7 0 R >>", "", &more)
        }),
    ]
}

pub fn bombs() -> Vec<Hostile> {
    let gibibyte = deflated_run(b' ', 1024);
    let twice = deflated(&gibibyte);
    let numbers = deflated(&b"1 ".repeat(50_000_000));
    let filters = format!("/Filter [{}]", "/FlateDecode ".repeat(1000));
    let contents = |entries: &str, data: &[u8]| file(&page_objects("", &stream(entries, data), "", "", &[]));
    vec![
        ("a content of 1 GiB", contents("/Filter /FlateDecode", &gibibyte)),
        ("a content of 1 GiB, packed twice", contents("/Filter [/FlateDecode /FlateDecode]", &twice)),
        ("fifty million numbers", contents("/Filter /FlateDecode", &numbers)),
        ("a thousand filters", contents(&filters, &gibibyte)),
        ("one stream a thousand times", {
            let contents = format!("[{}]", "4 0 R ".repeat(1000));
            let big = stream("/Filter /FlateDecode", &deflated_run(b' ', 16));
            let objects = page_objects("", &big, "", "", &[]);
            let text = String::from_utf8(objects[2].clone()).unwrap().replace("4 0 R", &contents);
            let mut objects = objects;
            objects[2] = text.into_bytes();
            file(&objects)
        }),
        ("an object stream of 1 GiB", file_with_object_stream("/N 1 /First 5", &gibibyte)),
        ("an object stream of ten million objects", {
            file_with_object_stream("/N 10000000 /First 100000000", &numbers)
        }),
        ("a table of ten milliard objects", {
            let good = page(SAYING, "", "", &[]);
            String::from_utf8(good).unwrap().replace("xref\n0 6", "xref\n0 9999999999").into_bytes()
        }),
        ("a packed table of 1 GiB", {
            let mut file = b"%PDF-1.7\n".to_vec();
            let at = file.len();
            file.extend(b"1 0 obj\n");
            let entries = "/Type /XRef /Size 1000000000 /W [1 1 1] /Root 2 0 R /Filter /FlateDecode";
            file.extend(stream(entries, &deflated_run(1, 1024)));
            file.extend(format!("\nendobj\nstartxref\n{at}\n%%EOF\n").into_bytes());
            file
        }),
        ("an image of ten milliard pixels", {
            let entries =
                "/Width 100000 /Height 100000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode";
            image(entries, &gibibyte)
        }),
        ("an image wider than numbers go", {
            image("/Width 4294967295 /Height 4294967295 /ColorSpace /DeviceGray /BitsPerComponent 16", b"\0")
        }),
        ("a fax of ten milliard pixels", {
            let parameters = "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 100000 /Rows 100000 >>";
            image(
                &format!("/Width 100000 /Height 100000 /ColorSpace /DeviceGray /BitsPerComponent 1 {parameters}"),
                &[0xff; 100_000],
            )
        }),
        ("a prediction over a milliard columns", {
            let parameters = "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 1000000000 /Colors 32 >>";
            image(
                &format!("/Width 1000 /Height 1000 /ColorSpace /DeviceGray /BitsPerComponent 8 {parameters}"),
                &gibibyte,
            )
        }),
        ("a JPEG of 65535 by 65535", {
            let mut jpeg = b"\xff\xd8\xff\xdb\x00\x43\x00".to_vec();
            jpeg.extend([1; 64]);
            jpeg.extend(b"\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00");
            jpeg.extend(b"\xff\xc4\x00\x14\x00\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x00");
            jpeg.extend(b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00");
            jpeg.extend([0; 1000]);
            image("/Width 65535 /Height 65535 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", &jpeg)
        }),
        ("a JPEG 2000 of four milliard by four milliard", {
            let mut codestream = b"\xff\x4f\xff\x51\x00\x29\x00\x00".to_vec();
            codestream.extend([0xff; 8]);
            codestream.extend([0; 8]);
            codestream.extend([0, 0, 0, 1, 0, 0, 0, 1]);
            codestream.extend([0; 8]);
            codestream.extend(b"\x00\x01\x07\x01\x01\xff\x52\x00\x0c\x00\x00\xff\xff\x00\x20\x04\x04\x00\x01");
            image("/Width 9 /Height 9 /Filter /JPXDecode", &codestream)
        }),
    ]
}

pub fn boxes() -> Vec<Hostile> {
    let with = |media_box: &str| {
        let good = page(SAYING, "", "", &[]);
        String::from_utf8(good).unwrap().replace("[0 0 595 842]", media_box).into_bytes()
    };
    vec![
        ("a page of a milliard by a milliard", with("[0 0 1000000000 1000000000]")),
        ("a page as thin as a hair", with("[0 0 0.0001 842]")),
        ("a page a milliard wide and one high", with("[0 0 1000000000 1]")),
        ("a page one wide and a milliard high", with("[0 0 1 1000000000]")),
        ("a page of nothing", with("[0 0 0 0]")),
        ("a page turned inside out", with("[595 842 0 0]")),
        ("a page far away", with("[1e30 1e30 1e31 1e31]")),
        ("a page without a number", with("[nan inf -inf 0]")),
        ("a page larger than numbers go", with(&format!("[0 0 {} {}]", "9".repeat(400), "9".repeat(400)))),
        ("a page turned by a strange angle", with("[0 0 595 842] /Rotate 2147483647")),
        ("a million pages that are one", {
            let kids = format!("<< /Type /Pages /Kids [{}] /Count 1000000 >>", "3 0 R ".repeat(1_000_000));
            let mut objects = page_objects("", &stream("", SAYING), "", "", &[]);
            objects[1] = kids.into_bytes();
            file(&objects)
        }),
        ("a million pages", {
            let kids = format!("<< /Type /Pages /Kids [{}] /Count 1000000 >>", "<</Type/Page>>".repeat(1_000_000));
            file(&[object("<< /Type /Catalog /Pages 2 0 R >>"), object(kids)])
        }),
        ("a million pages claimed", {
            let mut objects = page_objects("", &stream("", SAYING), "", "", &[]);
            objects[1] = object("<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>");
            file(&objects)
        }),
    ]
}

pub fn endless() -> Vec<Hostile> {
    let pattern = |step: &str| {
        let entries = format!(
            "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep {step} /YStep {step} \
             /Resources << >>"
        );
        let tile = stream(&entries, b"0 0 1 1 re f");
        page(b"/Pattern cs /P scn 0 0 595 842 re f", "/Pattern << /P 7 0 R >>", "", &[object("<< >>"), tile])
    };
    let shading = |entries: &str, code: &[u8]| {
        let function = stream("/FunctionType 4 /Domain [0 1] /Range [0 1]", code);
        let shading = object(format!("<< /ColorSpace /DeviceGray /Function 8 0 R {entries} >>"));
        page(b"/S sh", "/Shading << /S 7 0 R >>", "", &[object("<< >>"), shading, function])
    };
    let loop_code = format!("{{ {} }}", "dup mul ".repeat(500_000));
    vec![
        ("tiles a millionth apart", pattern("0.000001")),
        ("tiles at no distance", pattern("0")),
        ("tiles at a distance below nothing", pattern("-0.001")),
        ("a long calculation for each pixel", shading("/ShadingType 2 /Coords [0 0 595 842]", loop_code.as_bytes())),
        (
            "circles without a radius",
            shading("/ShadingType 3 /Coords [0 0 1e30 0 0 1e-30] /Extend [true true]", b"{ dup }"),
        ),
        ("dashes a millionth long", page(b"[0.000001] 0 d 1 w 0 0 m 595 842 l S", "", "", &[])),
        ("dashes of no length", page(b"[0 0] 0 d 1 w 0 0 m 595 842 l S", "", "", &[])),
        ("a line wider than the world", page(b"1e30 w 0 0 m 1e30 1e30 l 3 5 l S", "", "", &[])),
        ("curves through infinity", page(&b"0 0 m 1e38 -1e38 1e38 1e38 -1e38 3 c S ".repeat(10_000), "", "", &[])),
        (
            "letters as large as the world",
            page(b"BT /F1 1e30 Tf 1e20 0 0 1e20 0 0 Tm (Completion act) Tj ET", "", "", &[]),
        ),
        ("a million rectangles over each other", page(&b"0 0 595 842 re f ".repeat(1_000_000), "", "", &[])),
        ("a path of a million corners", {
            let mut path = b"0 0 m ".to_vec();
            for corner in 0..1_000_000_u32 {
                path.extend(
                    format!("{} {} l ", corner.wrapping_mul(7919) % 595, corner.wrapping_mul(104_729) % 842).bytes(),
                );
            }
            path.extend(b"B*");
            page(&path, "", "", &[])
        }),
        ("a hundred thousand notes", {
            let note = "<< /Type /Annot /Subtype /Stamp /Rect [0 0 595 842] /AP << /N 7 0 R >> >> ";
            let notes = format!("/Annots [{}]", note.repeat(100_000));
            page(SAYING, "", &notes, &[object("<< >>"), form(b"0 0 595 842 re f", "")])
        }),
        ("blends over blends", {
            let states = "/ExtGState << /G << /BM /Luminosity /ca 0.5 >> >>";
            page(&b"/G gs 0 0 595 842 re f ".repeat(100_000), states, "", &[])
        }),
    ]
}

/// A file whose page tree, object 2, is in an object stream, object 3.
fn file_with_object_stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = vec![[0, 0, 0, 0, 0, 0]];
    let mut add = |number: u8, object: Vec<u8>, table: &mut Vec<[u8; 6]>| {
        let [a, b, c, d] = u32::try_from(file.len()).unwrap().to_be_bytes();
        table.push([1, a, b, c, d, 0]);
        if number == 1 {
            table.push([2, 0, 0, 0, 3, 0]);
        }
        file.extend(format!("{number} 0 obj\n").bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    };
    add(1, object("<< /Type /Catalog /Pages 2 0 R >>"), &mut table);
    add(3, stream(&format!("/Type /ObjStm /Filter /FlateDecode {entries}"), data), &mut table);
    let at = file.len();
    file.extend(b"4 0 obj\n");
    file.extend(stream("/Type /XRef /Size 4 /W [1 4 1] /Root 1 0 R", table.as_flattened()));
    file.extend(format!("\nendobj\nstartxref\n{at}\n%%EOF\n").into_bytes());
    file
}
