// Small things that make pages kinder where scripts run. Every page works without them.

/** Largest file whose digest is computed here, in octets. */
export const HASHED_MAX_BYTES = 64 * 1024 * 1024;
/** How long a copy button bears the mark that it has copied, ms. */
export const COPIED_MS = 2_000;

/** A form is sent once: a second submit is swallowed until the page is shown again. */
export function guardForms(window) {
  let sent = new WeakSet();
  window.document.addEventListener('submit', (event) => {
    const { target: form, submitter } = event;
    // What opens elsewhere, or closes a dialog, leaves the page as it is, ready to be asked again.
    const frame = submitter?.getAttribute('formtarget') ?? form.getAttribute('target') ?? '';
    const stays = form.getAttribute('method') === 'dialog' || (frame !== '' && frame !== '_self');
    if (event.defaultPrevented || stays) return;
    if (sent.has(form)) event.preventDefault();
    else sent.add(form);
  });
  window.addEventListener('pageshow', () => { sent = new WeakSet(); });
}

/** `[data-copy="id"]` copies the text of the element of that id; where the browser forbids it the text is selected. */
export function wireCopying(window) {
  const { document, navigator } = window;
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copy);
      if (!source) return;
      try {
        await navigator.clipboard.writeText(textOf(source));
        button.dataset.copied = '';
        setTimeout(() => { delete button.dataset.copied; }, COPIED_MS);
      } catch {
        if (isField(source)) source.select();
        else window.getSelection().selectAllChildren(source);
      }
    });
  }
}

function isField(element) {
  return element.matches('input, textarea');
}

function textOf(element) {
  return isField(element) ? element.value : element.textContent.trim();
}

/** `input[type=file][data-file-facts="id"]` tells name, size and SHA-256 of the chosen files in that element. */
export function wireFileFacts(window) {
  const { document } = window;
  const { lang } = document.documentElement;
  for (const input of document.querySelectorAll('input[type="file"][data-file-facts]')) {
    const place = document.getElementById(input.dataset.fileFacts);
    if (!place) continue;
    let turn = 0;
    const tell = async () => {
      turn += 1;
      const mine = turn;
      const files = [...input.files];
      const show = (hashes) => {
        place.replaceChildren(...files.map((file, index) => line(document, file, lang, hashes[index])));
      };
      const hashes = [];
      show(hashes); // name and size at once, digests when they are there
      for (const file of files) {
        hashes.push(await sha256Of(file, window.crypto?.subtle));
        if (mine !== turn) return; // another file was chosen meanwhile
      }
      show(hashes);
    };
    input.addEventListener('change', tell);
    window.addEventListener('pageshow', () => { if (input.files.length > 0) tell(); });
    input.form?.addEventListener('reset', () => { turn += 1; place.replaceChildren(); });
  }
}

function line(document, file, lang, hash) {
  const span = (className, text, tag = 'span') => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  };
  const whole = span('file-fact', '');
  whole.append(span('file-name', file.name), ' ', span('file-size', sizeIn(lang, file.size)));
  if (hash) whole.append(' ', span('file-hash-name', 'SHA-256'), ' ', span('file-hash', hash, 'code'));
  return whole;
}

/** A size in octets, exact, as people of that language write it. */
export function sizeIn(lang, octets) {
  const form = { style: 'unit', unit: 'byte', unitDisplay: 'long' };
  return new Intl.NumberFormat(['kk', 'ru', 'en'].includes(lang) ? lang : 'kk', form).format(octets);
}

/** SHA-256 of a file in hex, or null for one that is too large or cannot be read. */
export async function sha256Of(file, subtle) {
  if (!subtle || file.size > HASHED_MAX_BYTES) return null;
  try {
    const digest = await subtle.digest('SHA-256', await file.arrayBuffer());
    return Array.from(new Uint8Array(digest), (octet) => octet.toString(16).padStart(2, '0')).join('');
  } catch {
    return null;
  }
}

/** `details.menu` closes when one clicks elsewhere, and on Escape, which gives the focus back to its summary. */
export function wireMenus(window) {
  const { document } = window;
  const open = () => document.querySelectorAll('details.menu[open]');
  document.addEventListener('click', (event) => {
    for (const menu of open()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    for (const menu of open()) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector('summary')?.focus();
    }
  });
}

/** Does all of it for a page. */
export function startOn(window) {
  guardForms(window);
  wireCopying(window);
  wireFileFacts(window);
  wireMenus(window);
}

if (typeof document !== 'undefined') startOn(window);
