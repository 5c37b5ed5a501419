//! Archives by Python's zipfile and Info-ZIP: what ordinary programs write is read, their odd features are not.

use std::path::Path;
use std::process::Command;

use qolhat_pki::asic::zip::{ZipLimits, read_zip};

use crate::workshop::temporary_folder;

/// Whether the program ran; without it a word on stderr, in CI a failure.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> bool {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) if output.status.success() => true,
        other => {
            assert!(std::env::var_os("CI").is_none(), "{program}: {other:?}");
            eprintln!("SKIPPED: comparison with {program}");
            false
        }
    }
}

const SCRIPT: &str = r#"
import io, struct, warnings, zipfile
from zipfile import *
warnings.simplefilter("ignore")
def make(name, build):
    with ZipFile(name, "w") as z:
        build(z)
def base(z):
    z.writestr(ZipInfo("mimetype"), "application/vnd.etsi.asic-e+zip")
    z.writestr("a.txt", "alpha" * 100, ZIP_DEFLATED)
    z.writestr("құжат.txt", "x")
make("good-base.zip", base)
def folder(z):
    base(z); z.mkdir("folder"); z.writestr("folder/b.txt", "b")
make("good-folder.zip", folder)
class Unseekable(io.RawIOBase):
    def __init__(self, f): self.f = f
    def writable(self): return True
    def write(self, b): return self.f.write(b)
with open("good-streamed.zip", "wb") as f, ZipFile(Unseekable(f), "w", ZIP_DEFLATED) as z:
    z.writestr("a.txt", "alpha" * 100)
    z.writestr("b.txt", "beta", ZIP_STORED)
def comment(z):
    base(z); z.comment = b"mimetype=application/vnd.etsi.asic-e+zip"
make("good-comment.zip", comment)
def bad(code):
    def wrap(build):
        make(code + "@" + build.__name__ + ".zip", build)
    return wrap
@bad("zip-twin-names")
def twice(z): base(z); z.writestr("a.txt", "other")
@bad("zip-twin-names")
def case(z): base(z); z.writestr("A.TXT", "other")
@bad("zip-twin-names")
def decomposed(z): z.writestr("й.txt", "1"); z.writestr("и\u0306.txt", "2")
@bad("zip-name")
def upwards(z): base(z); z.writestr("../a", "x")
@bad("zip-name")
def absolute(z): base(z); z.writestr("/a", "x")
@bad("zip-comment")
def commented(z): base(z); z.comment = b"hello"
@bad("zip-file-comment")
def file_comment(z):
    i = ZipInfo("c"); i.comment = b"c"; z.writestr(i, "x")
@bad("unsupported-zip-method")
def bzip2(z): z.writestr("a", "x" * 100, ZIP_BZIP2)
@bad("unsupported-zip-method")
def lzma(z): z.writestr("a", "x" * 100, ZIP_LZMA)
@bad("unsupported-zip-version")
def zip64(z):
    base(z)
    with z.open("big", "w", force_zip64=True) as f: f.write(b"x")
@bad("zip-not-a-file")
def link(z):
    i = ZipInfo("link"); i.create_system = 3; i.external_attr = 0o120777 << 16; z.writestr(i, "/etc/passwd")
@bad("zip-bomb")
def bomb(z): z.writestr("a", b"\0" * (64 << 20), ZIP_DEFLATED)
whole = open("good-base.zip", "rb").read()
open("zip-trailing-bytes@append.zip", "wb").write(whole + b"x")
open("zip-hidden-bytes@prepend.zip", "wb").write(b"MZ" + whole)
open("not-a-zip@cut.zip", "wb").write(whole[:-30])
"#;

#[test]
fn what_python_writes_is_read_and_its_odd_archives_are_not() {
    let folder = temporary_folder("asic-python");
    if !run(&folder, "python3", &["-c", SCRIPT]) {
        return;
    }
    let mut seen = 0;
    let mut failed = Vec::new();
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = std::fs::read(&path).unwrap();
        let found = read_zip(&bytes, &ZipLimits::default()).err();
        let expected = name.split_once('@').map(|(code, _)| code);
        if found.as_ref().map(|error| error.fault.code()) != expected {
            failed.push(format!("{name}: {found:?}"));
        }
        seen += 1;
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(seen, 19);
    std::fs::remove_dir_all(folder).unwrap();
}

/// Python reads what is written here, and finds it sound.
#[test]
fn python_reads_what_is_written_here() {
    use qolhat_pki::asic::zip::{NewFile, write_zip};
    let folder = temporary_folder("asic-python-reads");
    let files = [("a.txt", &b"alpha"[..]), ("құжат/b.txt", b"beta"), ("META-INF/x", b"")];
    let files = files.map(|(name, content)| NewFile { name, content });
    std::fs::write(folder.join("x.zip"), write_zip(&files).unwrap()).unwrap();
    let script = "from zipfile import ZipFile\nz = ZipFile('x.zip')\nassert z.testzip() is None\n\
                  assert [(n, z.read(n)) for n in z.namelist()] == \
                  [('a.txt', b'alpha'), ('құжат/b.txt', b'beta'), ('META-INF/x', b'')]";
    run(&folder, "python3", &["-c", script]);
    std::fs::remove_dir_all(folder).unwrap();
}

/// Info-ZIP writes owners, times, folders and, into a pipe, data descriptors; and finds sound what is written here.
#[test]
fn what_info_zip_writes_is_read() {
    use qolhat_pki::asic::zip::{NewFile, write_zip};
    let folder = temporary_folder("asic-info-zip");
    std::fs::create_dir(folder.join("d")).unwrap();
    for (name, content) in
        [("mimetype", &b"application/vnd.etsi.asic-e+zip"[..]), ("a.txt", &[b'a'; 5000]), ("d/b.txt", b"b")]
    {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let script = "zip -q -X -0 x.zip mimetype && zip -q -r x.zip a.txt d && zip -q -r - a.txt d | cat > y.zip";
    if run(&folder, "zip", &["-v"]) && run(&folder, "sh", &["-c", script]) {
        let read = |name: &str| {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            let archive = read_zip(&bytes, &ZipLimits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
            archive.entries.iter().map(|entry| (entry.name.to_owned(), entry.is_plain)).collect::<Vec<_>>()
        };
        let entry = |name: &str, plain: bool| (name.to_owned(), plain);
        let x = [entry("mimetype", true), entry("a.txt", false), entry("d/", false), entry("d/b.txt", false)];
        assert_eq!(read("x.zip"), x);
        assert_eq!(read("y.zip"), x[1..]);
    }
    let files = [("a.txt", &b"alpha"[..]), ("d/b.txt", b"beta")].map(|(name, content)| NewFile { name, content });
    std::fs::write(folder.join("z.zip"), write_zip(&files).unwrap()).unwrap();
    run(&folder, "unzip", &["-tq", "z.zip"]);
    std::fs::remove_dir_all(folder).unwrap();
}
