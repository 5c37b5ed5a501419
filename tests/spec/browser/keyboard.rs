//! A keyboard alone: Tab, Space and Enter reach and do what a mouse does, and the focus is always seen.

use std::collections::BTreeSet;

use fantoccini::Locator;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};

use super::support::{Browser, Setup};
use crate::support::stage::Stage;

/// By Tab, Space and Enter alone: login, acceptance with every tick, signature.
#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_alone_logs_in_and_accepts() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, "Соглашение.\n").await;
    let browser = Browser::of(&stage, "head-b", Setup::speaking("kk")).await;
    browser.go("/login").await;
    browser.see("[data-sign-start]:not([hidden])").await;
    tab_to(&browser, "[data-sign-start]").await;
    press(&browser, "\u{e007}").await;
    browser.see("form[action='/logout']").await;
    browser.go(&format!("/offers/{}/accept", offer.id)).await;
    tab_to(&browser, "#email").await;
    press(&browser, "client@example.kz").await;
    tab_to(&browser, "#phone").await;
    press(&browser, "+77010000001").await;
    let ticks = browser.page.find_all(Locator::Css("input[name=declaration]")).await.unwrap();
    for tick in &ticks {
        let id = tick.attr("id").await.unwrap().unwrap();
        tab_to(&browser, &format!("[id='{id}']")).await;
        press(&browser, " ").await;
    }
    tab_to(&browser, "form[action$='/accept'] button").await;
    press(&browser, "\u{e007}").await;
    browser.see("#consent").await;
    browser.see("[data-sign-start]:not([hidden])").await;
    tab_to(&browser, "[data-sign-start]").await;
    press(&browser, "\u{e007}").await;
    browser.arrive("done=accepted-offer").await;
    browser.close().await;
}

async fn press(browser: &Browser, keys: &str) {
    browser.page.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

/// The Tab key itself: text sent to an element that chooses files would be the name of a file.
async fn tab(browser: &Browser) {
    let key = KeyActions::new("keys".to_owned())
        .then(KeyAction::Down { value: '\u{e004}' })
        .then(KeyAction::Up { value: '\u{e004}' });
    browser.page.perform_actions(key).await.unwrap();
}

/// Presses Tab until the element has the focus, and looks whether the focus can be seen.
async fn tab_to(browser: &Browser, css: &str) {
    for _ in 0..120 {
        let has = "const e = document.activeElement; return e.matches(arguments[0]) ? getComputedStyle(e).outlineStyle : null";
        let outline = browser.page.execute(has, vec![css.into()]).await.unwrap();
        if let Some(outline) = outline.as_str() {
            assert_ne!(outline, "none", "{css} has the focus and does not show it");
            return;
        }
        tab(browser).await;
    }
    panic!("{css} cannot be reached by Tab");
}

/// What on the page Tab does not come to, and what has the focus without showing it. Folded parts are unfolded first; of
/// radio buttons with one name any one will do, as the arrows lead to the others.
pub async fn out_of_reach(browser: &Browser) -> Vec<String> {
    let number = "document.querySelectorAll('details').forEach(d => { d.open = true; }); document.activeElement.blur(); \
                  const named = new Set(); let n = 0; \
                  for (const e of document.querySelectorAll('a[href], button, input, select, textarea, summary')) { \
                  if (e.disabled || e.type === 'hidden' || !e.checkVisibility({visibilityProperty: true})) continue; \
                  if (e.type === 'radio') { if (named.has(e.name)) { continue; } named.add(e.name); } \
                  e.dataset.reach = e.type === 'radio' ? 'radio ' + e.name : (n += 1) + ' ' + e.outerHTML.slice(0, 120); } \
                  return [...document.querySelectorAll('[data-reach]')].map(e => e.dataset.reach);";
    let wanted = browser.page.execute(number, vec![]).await.unwrap();
    let mut wanted: BTreeSet<String> =
        wanted.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    assert!(!wanted.is_empty(), "a page without a single link");
    let mut unseen = BTreeSet::new();
    // A date has a stop for each of its parts, a scrolled region one of its own.
    for _ in 0..wanted.len() * 2 + 40 {
        tab(browser).await;
        let has = "const e = document.activeElement; const s = getComputedStyle(e); \
                   const name = e.type === 'radio' ? 'radio ' + e.name : e.dataset.reach || ''; return [name, s.outlineStyle];";
        let has = browser.page.execute(has, vec![]).await.unwrap();
        let (name, outline) = (has[0].as_str().unwrap(), has[1].as_str().unwrap());
        if outline == "none" && !name.is_empty() {
            unseen.insert(format!("the focus does not show: {name}"));
        }
        wanted.remove(name);
        if wanted.is_empty() {
            break;
        }
    }
    unseen.into_iter().chain(wanted.into_iter().map(|name| format!("Tab does not come to: {name}"))).collect()
}

/// By Tab, Space and Enter alone: one act is countersigned, another refused with a reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_alone_countersigns_and_refuses() {
    let stage = Stage::set().await;
    let officer = stage.officer().await;
    let offer = stage.publish(&officer, "Соглашение.\n").await;
    let (seller, seller_client) = stage.joined("head-a", &offer).await;
    let (buyer, _) = stage.joined("head-b", &offer).await;
    let signed = stage.recorded_act((&seller, &seller_client), &buyer, "1").await;
    let refused = stage.recorded_act((&seller, &seller_client), &buyer, "2").await;
    let browser = Browser::of(&stage, "head-b", Setup::speaking("kk")).await;
    browser.log_in().await;

    browser.go("/documents").await;
    tab_to(&browser, &format!("a[href='/documents/{signed}']")).await;
    press(&browser, "\u{e007}").await;
    browser.see("[data-sign-start]:not([hidden])").await;
    tab_to(&browser, "[data-sign-start]").await;
    press(&browser, "\u{e007}").await;
    browser.arrive("done=signed").await;
    assert_eq!(browser.state().await, "accepted");

    browser.go(&format!("/documents/{refused}")).await;
    tab_to(&browser, "summary:has(+ form[action$='/reject'])").await;
    press(&browser, "\u{e007}").await;
    tab_to(&browser, "#reject-reason").await;
    press(&browser, "Көлемі сәйкес емес").await;
    tab_to(&browser, "form[action$='/reject'] button").await;
    press(&browser, "\u{e007}").await;
    browser.arrive("done=rejected").await;
    assert_eq!(browser.state().await, "rejected");
    browser.close().await;
}
