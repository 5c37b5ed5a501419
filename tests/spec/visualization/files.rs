//! PDF files made by hand, octet by octet: what a stranger may send.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// A file of these objects, numbered from 1; the first is the catalog. `more` goes into the trailer.
pub fn file_with(objects: &[Vec<u8>], more: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(objects) {
        offsets.push(file.len());
        writeln!(file, "{number} 0 obj").unwrap();
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let (table, count) = (file.len(), objects.len() + 1);
    write!(file, "xref\n0 {count}\n0000000000 65535 f \n").unwrap();
    for offset in offsets {
        writeln!(file, "{offset:010} 00000 n ").unwrap();
    }
    write!(file, "trailer\n<< /Size {count} /Root 1 0 R {more} >>\nstartxref\n{table}\n%%EOF\n").unwrap();
    file
}

pub fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    file_with(objects, "")
}

/// An object without a stream.
pub fn object(text: impl AsRef<str>) -> Vec<u8> {
    text.as_ref().as_bytes().to_vec()
}

/// A stream with `entries` in its dictionary.
pub fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut object = format!("<< /Length {} {entries} >>\nstream\n", data.len()).into_bytes();
    object.extend(data);
    object.extend(b"\nendstream");
    object
}

pub fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// `mebibytes` of one octet, deflated.
pub fn deflated_run(octet: u8, mebibytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let block = vec![octet; 1 << 20];
    for _ in 0..mebibytes {
        encoder.write_all(&block).unwrap();
    }
    encoder.finish().unwrap()
}

/// One A4 page. Object 3 is the page, 4 its content, 5 Helvetica as /F1; `resources` go beside the font, `entries` into
/// the page, `more` follow as objects 6 and on.
pub fn page(content: &[u8], resources: &str, entries: &str, more: &[Vec<u8>]) -> Vec<u8> {
    file(&page_objects("", &stream("", content), resources, entries, more))
}

/// The objects of [`page`], with `catalog` in the catalog and the content as a whole object.
pub fn page_objects(catalog: &str, content: &[u8], resources: &str, entries: &str, more: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut objects = vec![
        object(format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>")),
        object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        object(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R /F2 6 0 R >> {resources} >> {entries} >>"
        )),
        content.to_vec(),
        object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
    ];
    objects.extend_from_slice(more);
    objects
}

/// A page that says something.
pub const SAYING: &[u8] = b"BT /F1 24 Tf 72 700 Td (Completion act 17) Tj ET";

/// The pixels of a PNG: width and the octets of each, red green blue.
pub fn pixels(png: &[u8]) -> (u32, u32, Vec<[u8; 3]>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut octets = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut octets).unwrap();
    assert_eq!(frame.bit_depth, png::BitDepth::Eight);
    let each = frame.color_type.samples();
    let colours = octets[..frame.buffer_size()].chunks_exact(each);
    (frame.width, frame.height, colours.map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect())
}

/// How many pixels are darker than paper.
pub fn ink(png: &[u8]) -> usize {
    pixels(png).2.iter().filter(|pixel| pixel.iter().any(|colour| *colour < 128)).count()
}
