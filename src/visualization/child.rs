//! The process that draws: the hidden command `qolhat draw-page`. It takes a PDF on stdin and answers with a PNG, or the
//! number of pages in decimal digits, on stdout; the exit code says what became of it.

use std::io::{self, Read, Write};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{DrawError, INPUT_MAX_BYTES, View, pdf};

/// Address space of the process, in bytes: what the program itself maps, and twenty times the largest page of pixels.
pub const MEMORY_MAX_BYTES: u64 = 768 * 1024 * 1024;
/// Processor time of one drawing, in seconds. A page of text takes hundredths of one.
pub const CPU_MAX_SECONDS: u64 = 5;
/// Open files: stdin, stdout and stderr. No file and no socket can be opened past that.
const FILES_MAX: u64 = 3;

/// What the process is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Question {
    /// How many pages there are.
    Count,
    /// A page.
    Page(View),
}

impl Question {
    /// The arguments that ask it.
    #[must_use]
    pub fn arguments(self) -> Vec<String> {
        let command = "draw-page".to_owned();
        match self {
            Self::Count => vec![command, "--count".to_owned()],
            Self::Page(view) => {
                vec![command, format!("--page={}", view.page()), format!("--width={}", view.width_px())]
            }
        }
    }
}

/// How the process ends when it ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The answer is whole.
    Answered,
    /// A page on which something may be missing.
    Incomplete,
    /// There is none.
    Failed(DrawError),
}

impl Ending {
    /// Its exit code. Above those of the other commands: a parent that started something else must see it.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Answered => 0,
            Self::Incomplete => 40,
            Self::Failed(DrawError::Unreadable) => 41,
            Self::Failed(DrawError::Encrypted) => 42,
            Self::Failed(DrawError::NoSuchPage) => 43,
            Self::Failed(DrawError::TooLarge) => 44,
            Self::Failed(DrawError::Width) => 45,
            Self::Failed(DrawError::GaveUp | DrawError::TimedOut | DrawError::Busy | DrawError::NotStarted(_)) => 46,
        }
    }

    /// The ending that a process tells by its exit code; `None` is a signal. Whatever else is said is a renderer that fell
    /// over.
    #[must_use]
    pub const fn of_exit_code(code: Option<i32>) -> Self {
        match code {
            Some(0) => Self::Answered,
            Some(40) => Self::Incomplete,
            Some(41) => Self::Failed(DrawError::Unreadable),
            Some(42) => Self::Failed(DrawError::Encrypted),
            Some(43) => Self::Failed(DrawError::NoSuchPage),
            Some(44) => Self::Failed(DrawError::TooLarge),
            Some(45) => Self::Failed(DrawError::Width),
            Some(_) | None => Self::Failed(DrawError::GaveUp),
        }
    }
}

/// Answers `question` about the PDF that `input` gives. Binds the whole process for the rest of its life: call it in
/// `qolhat draw-page` only.
pub fn run(question: Question, input: impl Read, output: impl Write) -> Ending {
    let answered = bind_process().and_then(|()| answer(question, input, output));
    answered.unwrap_or_else(Ending::Failed)
}

/// Gives up what drawing does not need, before the first octet is read. There is no way back: the hard limits go too.
fn bind_process() -> Result<(), DrawError> {
    let limits = [
        (Resource::As, MEMORY_MAX_BYTES),
        (Resource::Cpu, CPU_MAX_SECONDS),
        (Resource::Nofile, FILES_MAX),
        // Not even a core: it would hold the document.
        (Resource::Core, 0),
        (Resource::Nproc, 0),
    ];
    for (resource, most) in limits {
        // A service that was bound tighter by its administrator stays so; nobody may raise a hard limit.
        let most = getrlimit(resource).maximum.map_or(most, |already| already.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).map_err(|_| DrawError::GaveUp)?;
    }
    Ok(())
}

fn answer(question: Question, input: impl Read, mut output: impl Write) -> Result<Ending, DrawError> {
    let pdf = read(input)?;
    let (octets, ending) = match question {
        Question::Count => (pdf::page_count(pdf)?.to_string().into_bytes(), Ending::Answered),
        Question::Page(view) => {
            let (png, complete) = pdf::draw_page(pdf, view)?;
            (png, if complete { Ending::Answered } else { Ending::Incomplete })
        }
    };
    output.write_all(&octets).and_then(|()| output.flush()).map_err(|_| DrawError::GaveUp)?;
    Ok(ending)
}

fn read(input: impl Read) -> Result<Vec<u8>, DrawError> {
    let most = u64::try_from(INPUT_MAX_BYTES).unwrap_or(u64::MAX);
    let mut pdf = Vec::new();
    let read: io::Result<usize> = input.take(most.saturating_add(1)).read_to_end(&mut pdf);
    read.map_err(|_| DrawError::GaveUp)?;
    if pdf.len() > INPUT_MAX_BYTES { Err(DrawError::TooLarge) } else { Ok(pdf) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_says_by_its_exit_code_is_understood() {
        let told = [DrawError::Unreadable, DrawError::Encrypted, DrawError::NoSuchPage, DrawError::TooLarge]
            .map(Ending::Failed)
            .into_iter()
            .chain([Ending::Answered, Ending::Incomplete, Ending::Failed(DrawError::GaveUp)]);
        for ending in told {
            assert_eq!(Ending::of_exit_code(Some(i32::from(ending.exit_code()))), ending);
        }
        for other in [None, Some(1), Some(2), Some(101)] {
            assert_eq!(Ending::of_exit_code(other), Ending::Failed(DrawError::GaveUp));
        }
    }
}
