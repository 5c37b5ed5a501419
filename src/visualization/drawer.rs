//! The parent of the processes that draw: few at a time, each with a clock over it, what they say bounded and looked at,
//! what they drew remembered.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use qolhat_storage::ContentDigest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::cache::{Answer, Cache};
use super::child::{Ending, Question};
use super::{DrawError, Drawing, INPUT_MAX_BYTES, ImageKind, PNG_MAX_BYTES, View, pdf, plain_image};

/// Digits of a number of pages.
const COUNT_MAX_BYTES: usize = 10;

/// What drawing may take of the machine.
#[derive(Debug, Clone, Copy)]
pub struct DrawerLimits {
    /// Most processes that draw at once; each may take [`super::child::MEMORY_MAX_BYTES`].
    pub processes: usize,
    /// Most drawings that are waited for, those under way among them; each holds a document in memory.
    pub waiting: usize,
    /// Longest wait for a turn.
    pub turn: Duration,
    /// Longest life of a process by the clock: above its processor time, because other work goes on beside it.
    pub life: Duration,
    /// What is remembered of drawings, in bytes.
    pub cache_bytes: usize,
}

impl Default for DrawerLimits {
    fn default() -> Self {
        Self {
            processes: 2,
            waiting: 32,
            turn: Duration::from_secs(30),
            life: Duration::from_secs(15),
            cache_bytes: 64 * 1024 * 1024,
        }
    }
}

/// Draws pages of PDF. One for the whole service: its limits hold for all who ask.
pub struct Drawer {
    program: PathBuf,
    limits: DrawerLimits,
    waiting: Semaphore,
    turns: Semaphore,
    cache: Mutex<Cache>,
}

impl Drawer {
    /// A drawer that starts `program`, which must be this program, by its full path: it is given the command `draw-page`.
    #[must_use]
    pub fn new(program: PathBuf, limits: DrawerLimits) -> Self {
        Self {
            program,
            limits,
            waiting: Semaphore::new(limits.waiting),
            turns: Semaphore::new(limits.processes),
            cache: Mutex::new(Cache::new(limits.cache_bytes)),
        }
    }

    /// How many pages the document has; at least one, and more than [`super::PAGES_MAX`] perhaps, which is the last that is
    /// drawn.
    ///
    /// # Errors
    /// [`DrawError`]; the caller offers the file for download.
    pub async fn count(&self, document: &[u8]) -> Result<u32, DrawError> {
        count_of(self.ask(document, Question::Count).await)
    }

    /// A page of the document.
    ///
    /// # Errors
    /// [`DrawError`]; the caller offers the file for download.
    pub async fn page(&self, document: &[u8], view: View) -> Result<Drawing, DrawError> {
        page_of(self.ask(document, Question::Page(view)).await)
    }

    /// What [`Self::count`] answered lately about this content, so that it need not be fetched again.
    #[must_use]
    pub fn known_count(&self, content: ContentDigest) -> Option<Result<u32, DrawError>> {
        self.known(content, Question::Count).map(count_of)
    }

    /// What [`Self::page`] answered lately about this content, so that it need not be fetched again. Rights are the
    /// caller's to ask about first.
    #[must_use]
    pub fn known_page(&self, content: ContentDigest, view: View) -> Option<Result<Drawing, DrawError>> {
        self.known(content, Question::Page(view)).map(page_of)
    }

    fn known(&self, content: ContentDigest, question: Question) -> Option<Result<Answer, DrawError>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(content, question)
    }

    async fn ask(&self, document: &[u8], question: Question) -> Result<Answer, DrawError> {
        if document.len() > INPUT_MAX_BYTES {
            return Err(DrawError::TooLarge);
        }
        if !document.starts_with(pdf::MAGIC) {
            return Err(DrawError::Unreadable);
        }
        // The digest is taken here: nobody can put a drawing under another content's name.
        let content = ContentDigest::of(document);
        if let Some(known) = self.known(content, question) {
            return known;
        }
        let _place = self.waiting.try_acquire().map_err(|_| DrawError::Busy)?;
        let turn = timeout(self.limits.turn, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| DrawError::Busy)?.map_err(|_| DrawError::Busy)?;
        // Whoever waited may have waited for just this.
        if let Some(known) = self.known(content, question) {
            return known;
        }
        let answer = self.start_and_watch(document, question).await;
        if let Err(error) = &answer {
            tracing::info!(content = %content.to_hex(), %error, "not drawn");
        }
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).put(content, question, &answer);
        answer
    }

    async fn start_and_watch(&self, document: &[u8], question: Question) -> Result<Answer, DrawError> {
        let mut child = self.start(question).map_err(|error| DrawError::NotStarted(error.kind()))?;
        let talked = timeout(self.limits.life, talk(&mut child, document, question)).await;
        if let Ok(Ok(answer)) = talked {
            return Ok(answer);
        }
        // Whatever it is doing, it is done. An end that it came to by itself is not changed by this.
        let _ = child.kill().await;
        talked.unwrap_or(Err(DrawError::TimedOut))
    }

    /// The process inherits nothing: no environment, in which passwords are, no folder, no terminal.
    fn start(&self, question: Question) -> std::io::Result<Child> {
        Command::new(&self.program)
            .args(question.arguments())
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

/// Gives the process the document and takes its answer.
async fn talk(child: &mut Child, document: &[u8], question: Question) -> Result<Answer, DrawError> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(DrawError::GaveUp);
    };
    let most = match question {
        Question::Count => COUNT_MAX_BYTES,
        Question::Page(_) => PNG_MAX_BYTES,
    };
    let give = async move {
        // A process that does not want the rest says why by its exit code.
        let _ = input.write_all(document).await;
    };
    let take = async move {
        let mut octets = Vec::new();
        let bound = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        output.take(bound).read_to_end(&mut octets).await.map(|_| octets)
    };
    let ((), octets) = tokio::join!(give, take);
    let octets = octets.map_err(|_| DrawError::GaveUp)?;
    if octets.len() > most {
        return Err(DrawError::GaveUp);
    }
    let status = child.wait().await.map_err(|_| DrawError::GaveUp)?;
    match Ending::of_exit_code(status.code()) {
        Ending::Failed(error) => Err(error),
        Ending::Answered => read_answer(octets, question, true),
        Ending::Incomplete => read_answer(octets, question, false),
    }
}

/// The answer as what it must be: whatever ran in the process, a browser gets a PNG of sane size or nothing.
fn read_answer(octets: Vec<u8>, question: Question, complete: bool) -> Result<Answer, DrawError> {
    match question {
        Question::Count => {
            let count = std::str::from_utf8(&octets).ok().and_then(|digits| digits.parse().ok());
            count.filter(|count| *count > 0).map(Answer::Count).ok_or(DrawError::GaveUp)
        }
        Question::Page(_) => {
            let is_png = plain_image(&octets).is_some_and(|image| image.kind == ImageKind::Png);
            let drawing = || Answer::Page(Drawing { png: octets.into(), complete });
            is_png.then(drawing).ok_or(DrawError::GaveUp)
        }
    }
}

fn count_of(answer: Result<Answer, DrawError>) -> Result<u32, DrawError> {
    match answer? {
        Answer::Count(count) => Ok(count),
        Answer::Page(_) => Err(DrawError::GaveUp),
    }
}

fn page_of(answer: Result<Answer, DrawError>) -> Result<Drawing, DrawError> {
    match answer? {
        Answer::Page(drawing) => Ok(drawing),
        Answer::Count(_) => Err(DrawError::GaveUp),
    }
}
