//! What a page does in a real browser, and what it does not: no request, no script but its own, copying, printing,
//! enough contrast in both schemes, and no sideways scrolling on a small screen.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use serde_json::{Value, json};

use super::browser::Browser;
use super::page;

/// What a log could say to become part of the page.
const ATTACKS: &[&str] = &[
    "<script>window.taken=1</script>",
    "</title><script>window.taken=1</script>",
    "</style></script><script>window.taken=1</script>",
    "</pre></details><img src=x onerror=window.taken=1>",
    "\"><img src=http://e.example/x.png onerror=window.taken=1>",
    "' onmouseover='window.taken=1' x='",
    "<svg/onload=window.taken=1>",
    "<iframe srcdoc='<script>parent.taken=1</script>'>",
    "<a href=javascript:window.taken=1 id=main>x</a>",
    "<link rel=stylesheet href=http://e.example/x.css>",
    "<style>@import 'http://e.example/x.css';body{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=http://e.example/'>",
    "<base href=http://e.example/>",
    "<form action=http://e.example><button id=open>x</form>",
    "<!--",
    "]]><![CDATA[",
    "&lt;script&gt;&#60;b&#62;",
    "{{ 7*7 }}{% raw %}",
    "<details open ontoggle=window.taken=1>",
    "<template><script>window.taken=1</script></template>",
    "\u{1b}[31m\u{202e}x\u{0}y\rz",
];

/// All elements with their attributes, each kind once; places in the chart and counts are different on each page.
const ELEMENTS: &str = "[...new Set([...document.querySelectorAll('*')].map(element => [element.localName, \
     ...[...element.attributes].map(a => `${a.name}=${a.value.replace(/\\d+/g, '0')}`)].join(' ')))]";

fn log(text: &str) -> String {
    const CODE: &str = "AADSTS7000215: Invalid client secret provided.";
    format!(
        "2026-01-13 02:01:40,118+0000 main INFO      [c.a.b.C] x\n\
         2026-01-13 02:01:41,118+0000 {text} ERROR {text} 1x2x3 - 192.0.2.1 /{text} [c.a.b.{text}] {text} {CODE} {text}\n\
         {text}\n    at {text}\n\
         2026-01-13 02:01:42,118+0000 main ERROR      [c.a.b.C] Refresh Token Failed. {CODE} {text} Trace ID: 8d0f6c1e-52b7-4f0e-9a53-0c7be1f4d300 Timestamp: {text}\n\
         2026-01-13 02:01:43,118+0000 ERROR [{text}] Caesium-1-3 {text}     Exception when MailPullerWorker pulls emails: {CODE} user={text}@e.example {text}\n"
    )
}

/// Writes the page of a log with this text in all its fields and in its name.
fn page_of(folder: &Path, text: &str) -> PathBuf {
    let logs = folder.join("logs");
    fs::create_dir_all(&logs).unwrap();
    let name: String = text.replace(['/', '\u{0}'], "_").chars().take(60).collect();
    fs::write(logs.join(format!("{name}.log")), log(text)).unwrap();
    let path = folder.join("page.html");
    fs::write(&path, page(&logs)).unwrap();
    fs::remove_dir_all(&logs).unwrap();
    path
}

/// The page of the outage, for which a reader comes.
fn outage(folder: &Path) -> PathBuf {
    let path = folder.join("page.html");
    fs::write(&path, page(Path::new("sample-logs/mail-outage"))).unwrap();
    path
}

#[test]
fn nothing_in_a_log_runs_loads_or_becomes_an_element() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut ours: Vec<Value> = Vec::new();
    for harmless in [|folder: &Path| page_of(folder, "harmless"), outage] {
        browser.open(&harmless(folder.path()));
        ours.extend(browser.evaluate(ELEMENTS).as_array().unwrap().clone());
    }
    assert!(ours.len() > 50);
    for attack in ATTACKS {
        let path = page_of(folder.path(), attack);
        browser.open(&path);
        let mut theirs = browser.evaluate(ELEMENTS).as_array().unwrap().clone();
        theirs.retain(|element| !ours.contains(element));
        assert!(theirs.is_empty(), "{attack} adds {theirs:?}");
        assert_eq!(browser.evaluate("window.taken ?? 0"), 0, "{attack}");
        assert_eq!(browser.requests(), [format!("file://{}", path.display())], "{attack}");
        assert_eq!(browser.console(), [""; 0], "{attack}");
        if attack.chars().all(|character| !character.is_control() && character.is_ascii()) {
            let text = browser.evaluate("document.querySelector('pre').textContent");
            assert!(text.as_str().unwrap().contains(attack), "the page shows {attack}: {text}");
        }
    }
}

#[test]
fn what_breaks_out_nevertheless_is_stopped_by_the_policy() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = outage(folder.path());
    let whole = fs::read_to_string(&path).unwrap();
    let evil = "<script>window.taken=1</script><img src=http://127.0.0.1:9/x.png onerror='window.taken=1'>\
                <style>h1{display:none}</style><link rel=stylesheet href=http://127.0.0.1:9/x.css></main>";
    fs::write(&path, whole.replace("</main>", evil)).unwrap();
    browser.open(&path);
    assert_eq!(browser.evaluate("window.taken ?? 0"), 0);
    assert_eq!(browser.evaluate("document.querySelector('h1').checkVisibility()"), true);
    assert_eq!(browser.requests(), [format!("file://{}", path.display())]);

    // Without the policy all of this is seen to happen, so that the checks above can fail.
    let start = whole.find("<meta http-equiv").unwrap();
    let end = start + whole[start..].find('\n').unwrap();
    fs::write(&path, format!("{}{}", &whole[..start], &whole[end..]).replace("</main>", evil)).unwrap();
    browser.open(&path);
    assert_eq!(browser.evaluate("window.taken ?? 0"), 1);
    assert_eq!(browser.evaluate("document.querySelector('h1').checkVisibility()"), false);
    assert!(browser.requests().len() > 1);
}

#[test]
fn ids_can_be_copied_and_details_opened() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.open(&outage(folder.path()));
    browser
        .call("Browser.grantPermissions", &json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}));
    browser.call("Page.bringToFront", &json!({}));
    browser.click("button.copy");
    let said = browser.evaluate(
        "new Promise(done => { const look = () => { const said = document.querySelector('#status').textContent; \
         if (said) done(said); else setTimeout(look, 20); }; look(); })",
    );
    assert_eq!(said, "Copied");
    let copied = browser.evaluate("navigator.clipboard.readText()");
    assert_eq!(copied, browser.evaluate("document.querySelector('td.id code').textContent"));
    assert_eq!(copied.as_str().unwrap().len(), "8d0f6c1e-52b7-4f0e-9a53-0c7be1f4d300".len());

    assert_eq!(browser.evaluate("document.querySelectorAll('details[open]').length"), 0);
    browser.click("#open");
    assert_eq!(browser.evaluate("document.querySelectorAll('details:not([open])').length"), 0);
    browser.click("#open");
    assert_eq!(browser.evaluate("document.querySelectorAll('details[open]').length"), 0);
    assert_eq!(browser.console(), [""; 0]);
}

#[test]
fn print_shows_what_is_folded_away() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.open(&outage(folder.path()));
    let shown = "document.querySelector('details pre').checkVisibility({contentVisibilityAuto: true})";
    assert_eq!(browser.evaluate(shown), false, "folded on the screen");
    browser.call("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    let opened = browser.evaluate(&format!(
        "new Promise(done => {{ const look = () => {shown} ? done(true) : setTimeout(look, 20); look(); }})"
    ));
    assert_eq!(opened, true, "open in print, without any script");
    assert_eq!(browser.evaluate("document.querySelector('nav').checkVisibility()"), false);
    let printed = browser.call("Page.printToPDF", &json!({"printBackground": false}));
    let pdf = base64::engine::general_purpose::STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 20_000, "{} bytes", pdf.len());
}

/// The least contrast of any text with what lies behind it, badges of every severity put in.
const LEAST_CONTRAST: &str = "(() => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parts(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  for (const one of document.querySelectorAll('details')) one.open = true;
  for (const key of ['critical', 'error', 'warning', 'info', 'fine']) {
    const badge = document.querySelector('.badge').cloneNode(true);
    badge.className = `badge ${key}`;
    for (const place of ['header', '.cause', '.banner, .tag']) document.querySelector(place).append(badge.cloneNode(true));
  }
  let least = [21, ''];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.closest('script, svg') || !element.checkVisibility()) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least[0]) least = [ratio, element.outerHTML.slice(0, 200)];
  }
  return least;
})()";

#[test]
fn every_text_has_contrast_in_both_schemes_and_fits_a_small_screen() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    fs::write(&path, page(Path::new("sample-logs"))).unwrap();
    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        browser.call("Emulation.setEmulatedMedia", &json!({"features": features}));
        browser.open(&path);
        let least = browser.evaluate(LEAST_CONTRAST);
        assert!(least[0].as_f64().unwrap() >= 4.5, "{scheme}: {least}");
        papers.push(browser.evaluate("getComputedStyle(document.body).backgroundColor"));
    }
    assert_ne!(papers[0], papers[1], "the dark scheme is another one");
    // Without the badges.
    browser.open(&path);
    browser.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    for width in [400, 800, 1400] {
        let size = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        browser.call("Emulation.setDeviceMetricsOverride", &size);
        let wide: Value = browser.evaluate("document.documentElement.scrollWidth");
        let widest = browser.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth \
             && !e.closest('.wide')).map(e => e.outerHTML.slice(0, 200))",
        );
        assert!(wide.as_u64().unwrap() <= width, "{wide} at {width}: {widest}");
    }
}
