//! CRC-32 as zip uses it: it guards against accidents, never against people.
//!
//! Source: ISO 3309, ITU-T V.42; APPNOTE.TXT 6.3.3 section 4.4.7.

/// CRC-32 of `bytes`, eight of them at a time.
pub fn crc32(bytes: &[u8]) -> u32 {
    let (blocks, rest) = bytes.as_chunks::<8>();
    let crc = blocks.iter().fold(u32::MAX, |crc, block| {
        let [a, b, c, d, e, f, g, h] = *block;
        let [a, b, c, d] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
        let lanes = [h, g, f, e, d, c, b, a];
        TABLES.iter().zip(lanes).fold(0, |sum, (table, lane)| sum ^ look_up(table, lane))
    });
    let [table, ..] = &TABLES;
    let crc = rest.iter().fold(crc, |crc, byte| {
        let [low, ..] = crc.to_le_bytes();
        look_up(table, low ^ byte) ^ (crc >> 8)
    });
    !crc
}

fn look_up(table: &[u32; 256], byte: u8) -> u32 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Table `n` is of a byte that `n` more bytes follow.
static TABLES: [[u32; 256]; 8] = tables();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "evaluated by the compiler; the indices are below 256 and 8"
)]
const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        tables[0][index] = value;
        index += 1;
    }
    let mut lane = 1;
    while lane < 8 {
        let mut index = 0;
        while index < 256 {
            let before = tables[lane - 1][index];
            tables[lane][index] = tables[0][(before & 0xff) as usize] ^ (before >> 8);
            index += 1;
        }
        lane += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn known_values_come_out() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"The quick brown fox jumps over the lazy dog"), 0x414f_a339);
    }
}
