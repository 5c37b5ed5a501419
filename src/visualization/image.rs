//! Images that a browser may be shown as they are: plain raster ones, told by their first octets and by the size that
//! their header states. What begins as text (HTML, SVG) is none, whatever follows.

/// Largest image that is shown, in pixels by its header: a small file may unfold to gigabytes in the reader's browser.
pub const IMAGE_MAX_PIXELS: u64 = 50_000_000;
/// Most segments of a JPEG that are passed over in search of its size.
const JPEG_SEGMENTS_MAX: usize = 1024;

/// A plain raster format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// PNG (ISO/IEC 15948).
    Png,
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// GIF (87a, 89a).
    Gif,
    /// WebP (RFC 9649).
    WebP,
}

impl ImageKind {
    /// The type to serve it as, never another: with `X-Content-Type-Options: nosniff` nothing in it can be taken for
    /// anything else.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

/// An image that may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainImage {
    /// Its format.
    pub kind: ImageKind,
    /// Width by the header, in pixels.
    pub width_px: u32,
    /// Height by the header, in pixels.
    pub height_px: u32,
}

/// The image that `bytes` are, if it is of a plain raster format and of a sane size: `None` is offered for download.
#[must_use]
pub fn plain_image(bytes: &[u8]) -> Option<PlainImage> {
    let (kind, (width_px, height_px)) = if let Some(rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") {
        (ImageKind::Png, png_size(rest)?)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        (ImageKind::Jpeg, jpeg_size(bytes)?)
    } else if let Some(rest) = bytes.strip_prefix(b"GIF87a").or_else(|| bytes.strip_prefix(b"GIF89a")) {
        (ImageKind::Gif, (u32::from(little16(rest, 0)?), u32::from(little16(rest, 2)?)))
    } else {
        (ImageKind::WebP, webp_size(bytes)?)
    };
    let pixels = u64::from(width_px).checked_mul(u64::from(height_px))?;
    (1..=IMAGE_MAX_PIXELS).contains(&pixels).then_some(PlainImage { kind, width_px, height_px })
}

/// The first chunk must be the header, of 13 octets.
fn png_size(after_signature: &[u8]) -> Option<(u32, u32)> {
    let header = after_signature.strip_prefix(b"\0\0\0\x0dIHDR")?;
    Some((big32(header, 0)?, big32(header, 4)?))
}

/// Passes segments over to the frame header (T.81 B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2_usize;
    for _ in 0..JPEG_SEGMENTS_MAX {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at.checked_add(1)?)?;
        at = match marker {
            // Fill octets may stand before any marker.
            0xff => at.checked_add(1)?,
            // A frame header of any process; the other three of this range are tables and extensions.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let height = big16(bytes, at.checked_add(5)?)?;
                return Some((u32::from(big16(bytes, at.checked_add(7)?)?), u32::from(height)));
            }
            // Without a size before the image data or at its end there is none.
            0x00 | 0x01 | 0xd0..=0xda => return None,
            0x02..=0xcf | 0xdb..=0xfe => {
                let length = usize::from(big16(bytes, at.checked_add(2)?)?);
                at.checked_add(2)?.checked_add(length.max(2))?
            }
        };
    }
    None
}

/// The three forms of the format: lossy, lossless, extended (RFC 9649 section 2.5 to 2.7).
fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let chunk = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WEBP")?;
    let body = chunk.get(8..)?;
    if chunk.starts_with(b"VP8 ") {
        let frame = body.get(3..)?.strip_prefix(b"\x9d\x01\x2a")?;
        let side = |at| Some(u32::from(little16(frame, at)? & 0x3fff));
        return Some((side(0)?, side(2)?));
    }
    if chunk.starts_with(b"VP8L") {
        let sizes = body.strip_prefix(b"\x2f")?;
        let bits = u32::from(little16(sizes, 0)?) | (u32::from(little16(sizes, 2)?) << 16);
        return Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1));
    }
    if chunk.starts_with(b"VP8X") {
        return Some((little24(body, 4)? + 1, little24(body, 7)? + 1));
    }
    None
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn big32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

fn big16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

fn little16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn little24(bytes: &[u8], at: usize) -> Option<u32> {
    let [low, middle, high] = array(bytes, at)?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}
