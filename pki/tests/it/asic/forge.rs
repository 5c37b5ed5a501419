//! Archives with one thing wrong, ordered by name.

use qolhat_pki::asic::zip::crc32;

pub const ASIC_E: &[u8] = b"application/vnd.etsi.asic-e+zip";

/// A file as its two headers, its octets and what follows them tell it; `None` in `local`: as in the directory.
#[derive(Clone)]
pub struct Raw {
    pub name: Vec<u8>,
    pub data: Vec<u8>,
    pub made_by: u16,
    pub version: u16,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub compressed: u32,
    pub size: u32,
    pub attributes: u32,
    pub disk: u16,
    pub extra: Vec<u8>,
    pub comment: Vec<u8>,
    pub before: Vec<u8>,
    pub descriptor: Vec<u8>,
    /// Added to the offset told.
    pub shift: i64,
    pub local: Option<Box<Raw>>,
}

impl Raw {
    pub fn stored(name: &str, content: &[u8]) -> Raw {
        Raw {
            name: name.as_bytes().to_vec(),
            data: content.to_vec(),
            made_by: 20,
            version: 20,
            flags: if name.is_ascii() { 0 } else { 1 << 11 },
            method: 0,
            crc: crc32(content),
            compressed: content.len() as u32,
            size: content.len() as u32,
            attributes: 0,
            disk: 0,
            extra: Vec::new(),
            comment: Vec::new(),
            before: Vec::new(),
            descriptor: Vec::new(),
            shift: 0,
            local: None,
        }
    }

    pub fn deflated(name: &str, content: &[u8]) -> Raw {
        let mut raw = Raw::stored(name, content);
        raw.data = miniz_oxide::deflate::compress_to_vec(content, 9);
        raw.compressed = raw.data.len() as u32;
        raw.method = 8;
        raw
    }

    /// The local header alone told otherwise.
    pub fn locally(&mut self, change: impl FnOnce(&mut Raw)) {
        let mut local = self.clone();
        change(&mut local);
        self.local = Some(Box::new(local));
    }

    /// With a data descriptor, and zeros in the local header.
    pub fn described(mut self, signed: bool) -> Raw {
        self.flags |= 1 << 3;
        if signed {
            self.descriptor.extend(0x0807_4b50_u32.to_le_bytes());
        }
        for field in [self.crc, self.compressed, self.size] {
            self.descriptor.extend(field.to_le_bytes());
        }
        self.locally(|local| (local.crc, local.compressed, local.size) = (0, 0, 0));
        self
    }

    fn common(&self, out: &mut Vec<u8>) {
        for field in [self.version, self.flags, self.method, 0, 33] {
            out.extend(field.to_le_bytes());
        }
        for field in [self.crc, self.compressed, self.size] {
            out.extend(field.to_le_bytes());
        }
        out.extend((self.name.len() as u16).to_le_bytes());
        out.extend((self.extra.len() as u16).to_le_bytes());
    }
}

/// A whole archive.
#[derive(Clone)]
pub struct Archive {
    pub entries: Vec<Raw>,
    pub before_directory: Vec<u8>,
    pub after_directory: Vec<u8>,
    pub comment: Vec<u8>,
    pub trailing: Vec<u8>,
    pub disk: u16,
    /// Added to the count told.
    pub more_entries: i64,
    /// Added to the offset of the directory told.
    pub shift: i64,
    pub signature: u32,
}

impl Archive {
    pub fn new(entries: Vec<Raw>) -> Archive {
        Archive {
            entries,
            before_directory: Vec::new(),
            after_directory: Vec::new(),
            comment: Vec::new(),
            trailing: Vec::new(),
            disk: 0,
            more_entries: 0,
            shift: 0,
            signature: 0x0605_4b50,
        }
    }

    pub fn build(&self) -> Vec<u8> {
        let (mut out, mut central) = (Vec::new(), Vec::new());
        for entry in &self.entries {
            out.extend(&entry.before);
            let offset = (out.len() as i64 + entry.shift) as u32;
            let local = entry.local.as_deref().unwrap_or(entry);
            out.extend(0x0403_4b50_u32.to_le_bytes());
            local.common(&mut out);
            out.extend(&local.name);
            out.extend(&local.extra);
            out.extend(&entry.data);
            out.extend(&entry.descriptor);

            central.extend(0x0201_4b50_u32.to_le_bytes());
            central.extend(entry.made_by.to_le_bytes());
            entry.common(&mut central);
            central.extend((entry.comment.len() as u16).to_le_bytes());
            central.extend(entry.disk.to_le_bytes());
            central.extend([0; 2]);
            central.extend(entry.attributes.to_le_bytes());
            central.extend(offset.to_le_bytes());
            central.extend(&entry.name);
            central.extend(&entry.extra);
            central.extend(&entry.comment);
        }
        out.extend(&self.before_directory);
        let directory = (out.len() as i64 + self.shift) as u32;
        out.extend(&central);
        out.extend(&self.after_directory);
        out.extend(self.signature.to_le_bytes());
        out.extend(self.disk.to_le_bytes());
        out.extend(self.disk.to_le_bytes());
        let count = (self.entries.len() as i64 + self.more_entries) as u16;
        out.extend(count.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend((central.len() as u32).to_le_bytes());
        out.extend(directory.to_le_bytes());
        out.extend((self.comment.len() as u16).to_le_bytes());
        out.extend(&self.comment);
        out.extend(&self.trailing);
        out
    }
}

/// `mimetype`, a stored and a deflated file.
pub fn plain() -> Archive {
    let text = b"text text text text text".repeat(10);
    Archive::new(vec![Raw::stored("mimetype", ASIC_E), Raw::stored("a.txt", b"alpha"), Raw::deflated("b/c.txt", &text)])
}

/// What is wrong, how it is made of [`plain`], and the code it must have.
pub type Wrong = (&'static str, fn(&mut Archive), &'static str);

fn extra(identifier: u16, content: &[u8]) -> Vec<u8> {
    [&identifier.to_le_bytes()[..], &(content.len() as u16).to_le_bytes(), content].concat()
}

fn name(archive: &mut Archive, name: &[u8]) {
    archive.entries[1].name = name.to_vec();
}

pub const WRONGS: &[Wrong] = &[
    ("local name differs", |a| a.entries[1].locally(|l| l.name = b"b.txt".to_vec()), "zip-headers-differ"),
    ("local name is longer", |a| a.entries[1].locally(|l| l.name = b"a.txt.exe".to_vec()), "zip-headers-differ"),
    ("local size differs", |a| a.entries[1].locally(|l| l.size = 4), "zip-headers-differ"),
    ("local compressed size differs", |a| a.entries[2].locally(|l| l.compressed -= 1), "zip-headers-differ"),
    ("local method differs", |a| a.entries[2].locally(|l| l.method = 0), "zip-headers-differ"),
    ("local flags differ", |a| a.entries[1].locally(|l| l.flags = 1 << 3), "zip-headers-differ"),
    ("local flag of UTF-8 differs", |a| a.entries[1].locally(|l| l.flags = 1 << 11), "zip-headers-differ"),
    ("local CRC-32 differs", |a| a.entries[1].locally(|l| l.crc ^= 1), "zip-headers-differ"),
    (
        "local sizes are zero without a descriptor",
        |a| {
            a.entries[1].locally(|l| {
                l.crc = 0;
                l.size = 0;
                l.compressed = 0;
            })
        },
        "zip-headers-differ",
    ),
    ("local zip64", |a| a.entries[1].locally(|l| l.extra = extra(1, &[0; 16])), "unsupported-zip64"),
    ("two files of one name", |a| name(a, b"b/c.txt"), "zip-twin-names"),
    ("names differ in case", |a| name(a, b"B/C.TXT"), "zip-twin-names"),
    (
        "names differ in Unicode form",
        |a| {
            a.entries[1] = Raw::stored("й", b"");
            a.entries[2] = Raw::stored("и\u{306}", b"");
        },
        "zip-twin-names",
    ),
    ("a folder is a file too", |a| name(a, b"b"), "zip-twin-names"),
    ("name leads upwards", |a| name(a, b"../a.txt"), "zip-name"),
    ("name leads upwards inside", |a| name(a, b"x/../../a.txt"), "zip-name"),
    ("name is absolute", |a| name(a, b"/a.txt"), "zip-name"),
    ("name has a backslash", |a| name(a, b"x\\a.txt"), "zip-name"),
    ("name has a drive", |a| name(a, b"C:a.txt"), "zip-name"),
    ("name has a NUL", |a| name(a, b"a.txt\0.exe"), "zip-name"),
    ("name has a line feed", |a| name(a, b"a\n.txt"), "zip-name"),
    ("name is empty", |a| name(a, b""), "zip-name"),
    ("name is too long", |a| name(a, &[b'a'; 1025]), "zip-name"),
    ("name turns its direction", |a| a.entries[1] = Raw::stored("x\u{202e}fdp.exe", b""), "zip-name"),
    ("name is no UTF-8", |a| name(a, b"\xff\xfe"), "zip-name-encoding"),
    ("name is UTF-8 without its flag", |a| name(a, "қ".as_bytes()), "zip-name-encoding"),
    ("another name in the extra field", |a| a.entries[1].extra = extra(0x7075, b"\x01\0\0\0\0evil"), "zip-extra-field"),
    ("extra field is cut off", |a| a.entries[1].extra = vec![0x55, 0x54, 9, 0, 1], "zip-extra-field"),
    ("extra field has an octet left", |a| a.entries[1].extra = vec![0], "zip-extra-field"),
    ("octets before the first file", |a| a.entries[0].before = b"MZ".to_vec(), "zip-hidden-bytes"),
    ("octets between files", |a| a.entries[2].before = b"hidden".to_vec(), "zip-hidden-bytes"),
    (
        "a whole file hidden between files",
        |a| {
            let hidden = Archive::new(vec![Raw::stored("hidden", b"x")]).build();
            a.entries[2].before = hidden[..hidden.iter().rposition(|b| *b == b'P').unwrap()].to_vec();
        },
        "zip-hidden-bytes",
    ),
    ("octets before the directory", |a| a.before_directory = b"hidden".to_vec(), "zip-hidden-bytes"),
    ("octets after the directory", |a| a.after_directory = b"hidden".to_vec(), "zip-hidden-bytes"),
    ("octets after the end", |a| a.trailing = b"x".to_vec(), "zip-trailing-bytes"),
    ("a second archive after the end", |a| a.trailing = vec![0; 30], "zip-trailing-bytes"),
    ("a comment", |a| a.comment = b"made by hand".to_vec(), "zip-comment"),
    ("a comment that begins as a media type", |a| a.comment = b"mimetype=text/plain hidden".to_vec(), "zip-comment"),
    ("a comment with an end record", |a| a.comment = Archive::new(Vec::new()).build(), "zip-hidden-bytes"),
    (
        "a comment longer than told",
        |a| {
            a.comment = b"mimetype=a/b".to_vec();
            a.trailing = vec![b'c'];
        },
        "zip-trailing-bytes",
    ),
    ("a comment of a file", |a| a.entries[1].comment = b"x".to_vec(), "zip-file-comment"),
    (
        "two records of one file",
        |a| {
            let mut twin = a.entries[1].clone();
            twin.name = b"z.txt".to_vec();
            a.entries.push(twin);
            let length = a.entries[2].data.len() as i64 + 37 + 35;
            a.entries[3].shift = -length;
        },
        "zip-overlap",
    ),
    (
        "a file reaches into the next",
        |a| {
            a.entries[1].size += 9;
            a.entries[1].compressed += 9;
        },
        "zip-overlap",
    ),
    (
        "a file reaches into the directory",
        |a| {
            a.entries[2].compressed += 9;
        },
        "zip-overlap",
    ),
    ("an offset beyond the directory", |a| a.entries[2].shift = 10_000, "zip-overlap"),
    ("an offset inside the file before", |a| a.entries[2].shift = -3, "zip-overlap"),
    ("fewer files than records", |a| a.more_entries = -1, "zip-directory"),
    ("more files than records", |a| a.more_entries = 1, "zip-directory"),
    ("the directory is elsewhere", |a| a.shift = 1, "zip-directory"),
    ("the directory is earlier", |a| a.shift = -1, "zip-hidden-bytes"),
    ("several parts", |a| a.disk = 1, "unsupported-zip-parts"),
    ("a file in another part", |a| a.entries[1].disk = 1, "unsupported-zip-parts"),
    (
        "zip64 locator",
        |a| a.after_directory = [&0x0706_4b50_u32.to_le_bytes()[..], &[0; 16]].concat(),
        "unsupported-zip64",
    ),
    ("zip64 count", |a| a.more_entries = 0xffff - 3, "unsupported-zip64"),
    ("zip64 size", |a| a.entries[1].size = u32::MAX, "unsupported-zip64"),
    ("zip64 extra field", |a| a.entries[1].extra = extra(1, &[0; 8]), "unsupported-zip64"),
    ("encrypted", |a| a.entries[1].flags |= 1, "unsupported-zip-encryption"),
    ("strongly encrypted", |a| a.entries[1].flags |= 1 << 6, "unsupported-zip-encryption"),
    ("headers masked", |a| a.entries[1].flags |= 1 << 13, "unsupported-zip-encryption"),
    ("encrypted by the extra field", |a| a.entries[1].extra = extra(0x9901, &[0; 7]), "unsupported-zip-encryption"),
    ("patched data", |a| a.entries[1].flags |= 1 << 5, "unsupported-zip-flags"),
    ("method bzip2", |a| a.entries[1].method = 12, "unsupported-zip-method"),
    ("method deflate64", |a| a.entries[2].method = 9, "unsupported-zip-method"),
    ("method zstd", |a| a.entries[2].method = 93, "unsupported-zip-method"),
    ("a later version", |a| a.entries[1].version = 45, "unsupported-zip-version"),
    (
        "a symbolic link",
        |a| {
            a.entries[1].made_by = 0x0314;
            a.entries[1].attributes = 0o120_777 << 16;
        },
        "zip-not-a-file",
    ),
    (
        "a device",
        |a| {
            a.entries[1].made_by = 0x0314;
            a.entries[1].attributes = 0o020_666 << 16;
        },
        "zip-not-a-file",
    ),
    ("a folder with content", |a| name(a, b"a/"), "zip-folder-with-content"),
    ("stored with two sizes", |a| a.entries[1].size += 1, "zip-stored-sizes"),
    ("CRC-32 of other content", |a| a.entries[1].crc ^= 1, "zip-crc"),
    ("CRC-32 of other deflated content", |a| a.entries[2].crc ^= 1, "zip-crc"),
    ("inflates to more than told", |a| a.entries[2].size -= 1, "zip-inflate"),
    ("inflates to less than told", |a| a.entries[2].size += 1, "zip-inflate"),
    (
        "octets after the last block",
        |a| {
            a.entries[2].data.extend(b"hidden");
            a.entries[2].compressed += 6;
        },
        "zip-inflate",
    ),
    ("deflated data are damaged", |a| a.entries[2].data[0] ^= 0x06, "zip-inflate"),
    ("a bomb", |a| a.entries[2] = Raw::deflated("b/c.txt", &vec![0; 2 << 20]), "zip-bomb"),
    ("a bomb that lies about its size", |a| a.entries[2].size = 0x7fff_ffff, "zip-bomb"),
    (
        "descriptor of another CRC-32",
        |a| {
            a.entries[1] = Raw::stored("a.txt", b"alpha").described(true);
            a.entries[1].descriptor[4] ^= 1;
        },
        "zip-data-descriptor",
    ),
    (
        "descriptor of another size",
        |a| {
            a.entries[2] = Raw::deflated("b", b"beta").described(false);
            a.entries[2].descriptor[8] ^= 1;
        },
        "zip-data-descriptor",
    ),
    (
        "descriptor with another signature",
        |a| {
            a.entries[2] = Raw::deflated("b", b"beta").described(true);
            a.entries[2].descriptor[0] ^= 1;
        },
        "zip-data-descriptor",
    ),
    (
        "descriptor is missing",
        |a| {
            a.entries[2] = Raw::deflated("b", b"beta").described(true);
            a.entries[2].descriptor.clear();
        },
        "zip-overlap",
    ),
    (
        "octets after the descriptor",
        |a| {
            a.entries[2] = Raw::deflated("b", b"beta").described(true);
            a.entries[2].descriptor.push(0);
        },
        "zip-hidden-bytes",
    ),
    ("no archive", |a| a.signature = 0, "not-a-zip"),
];
