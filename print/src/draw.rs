//! Pages to PDF.

use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::luma;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;

use crate::PrintError;
use crate::layout::{LEFT, Mark, PAGE_HEIGHT, PAGE_WIDTH, Page, RIGHT, WIDTH};
use crate::letters::{Face, Fonts};
use crate::paper::Paper;

/// Who wrote the file; the number is raised when the same paper would be other octets.
const PRODUCER: &str = "qolhat-print 1";
const EDGE: f32 = 7.0;
const HEAD_AT: f32 = 38.0;
const FOOT_AT: f32 = PAGE_HEIGHT - 34.0;
const GREY: u8 = 90;

/// The file. `pages` are those of `paper`.
pub(crate) fn pdf(paper: &Paper, pages: &[Page], fonts: &Fonts) -> Result<Vec<u8>, PrintError> {
    let refused = |why: String| PrintError::Pdf(why);
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish()
        .map_err(|error| refused(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(paper, fonts));
    let settings =
        PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).ok_or_else(|| refused("the size of a page".to_owned()))?;
    for (number, marks) in (1..).zip(pages) {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark, fonts);
        }
        for mark in edges(paper, number, pages.len(), fonts) {
            draw(&mut surface, &mark, fonts);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| refused(format!("{error:?}")))
}

fn metadata(paper: &Paper, fonts: &Fonts) -> Metadata {
    let at = paper.made_at;
    let made = DateTime::new(at.year).month(at.month).day(at.day).hour(at.hour).minute(at.minute).second(at.second);
    Metadata::new()
        .title(fonts.visible(&paper.title))
        .language(paper.language.to_owned())
        .creator("qolhat".to_owned())
        .producer(PRODUCER.to_owned())
        .document_id(paper.identity.clone())
        .creation_date(made.utc_offset_hour(0).utc_offset_minute(0))
}

/// What stands above and below on every page.
fn edges(paper: &Paper, number: usize, count: usize, fonts: &Fonts) -> Vec<Mark> {
    let pages = format!("{number} / {count}");
    let pages_wide = fonts.of(Face::Regular).width(&pages, EDGE);
    let fit = |text: &str, face: Face, width: f32| {
        let lines = fonts.of(face).lines(&fonts.visible(text), EDGE, width);
        lines.into_iter().next().unwrap_or_default()
    };
    let text = |x, y, face, text| Mark::Text { x, y, size: EDGE, face, grey: GREY, text };
    let line = |y| Mark::Area { x: LEFT, y, width: WIDTH, height: 0.5, grey: 170 };
    let mark = fit(&paper.mark, Face::Bold, WIDTH);
    let mark_wide = fonts.of(Face::Bold).width(&mark, EDGE);
    let right = PAGE_WIDTH - RIGHT;
    let mut marks = vec![
        text(right - mark_wide, HEAD_AT, Face::Bold, mark),
        line(HEAD_AT + 5.0),
        line(FOOT_AT - 10.0),
        text(LEFT, FOOT_AT, Face::Regular, fit(&paper.foot, Face::Regular, WIDTH - pages_wide - 10.0)),
        text(right - pages_wide, FOOT_AT, Face::Regular, pages),
    ];
    let room = WIDTH - mark_wide - 10.0;
    if number > 1 && room > 0.0 {
        marks.push(text(LEFT, HEAD_AT, Face::Regular, fit(&paper.title, Face::Regular, room)));
    }
    marks
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts) {
    match mark {
        Mark::Text { x, y, size, face, grey, text } => {
            let letters = fonts.of(*face);
            ink(surface, *grey);
            surface.draw_glyphs(
                Point::from_xy(*x, *y),
                &letters.glyphs(text),
                letters.font.clone(),
                text,
                *size,
                false,
            );
        }
        Mark::Area { x, y, width, height, grey } => areas(surface, &[(*x, *y, *width, *height)], *grey),
        Mark::Dark { areas: dark } => areas(surface, dark, 0),
    }
}

/// One path, so that neighbours leave no seam between them.
fn areas(surface: &mut Surface<'_>, areas: &[(f32, f32, f32, f32)], grey: u8) {
    let mut path = PathBuilder::new();
    for (x, y, width, height) in areas {
        if let Some(area) = Rect::from_xywh(*x, *y, *width, *height) {
            path.push_rect(area);
        }
    }
    if let Some(path) = path.finish() {
        ink(surface, grey);
        surface.draw_path(&path);
    }
}

fn ink(surface: &mut Surface<'_>, grey: u8) {
    surface.set_fill(Some(Fill {
        paint: luma::Color::new(grey).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }));
}
