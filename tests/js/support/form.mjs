// The little of a page that the modules touch: enough for their states, not a browser.

/** An element with attributes, data and listeners; `parts` answers its querySelector by the exact selector. */
export class Element extends EventTarget {
  dataset = {};
  attributes = new Map();
  hidden = false;
  value = '';
  textContent = '';
  parts = new Map();

  constructor(document) {
    super();
    this.ownerDocument = document;
  }

  querySelector(selector) { return this.parts.get(selector) ?? null; }
  setAttribute(name, value) { this.attributes.set(name, String(value)); }
  getAttribute(name) { return this.attributes.get(name) ?? null; }
  focus() { this.ownerDocument.activeElement = this; }
  click() { this.dispatchEvent(new Event('click')); }
}

const TEXTS = [
  'connecting', 'waiting', 'sending', 'cancelled', 'absent', 'blocked', 'broken', 'error', 'mismatch', 'fetch-failed',
  'too-large', 'wrong-form', 'busy',
];

/** A form as the contract has it. `submissions` holds the CMS of each time it was sent; `valid` false refuses that. */
export function signForm(data = {}) {
  const document = { activeElement: null };
  const form = new Element(document);
  const part = (selector, hidden = false) => {
    const element = new Element(document);
    element.hidden = hidden;
    form.parts.set(selector, element);
    return element;
  };
  const view = {
    form,
    document,
    start: part('[data-sign-start]', true),
    cancel: part('[data-sign-cancel]', true),
    status: part('[data-sign-status]'),
    cms: part('input[name="cms"]'),
    submissions: [],
    states: [],
    valid: true,
  };
  Object.assign(form.dataset, data);
  form.dataset = new Proxy(form.dataset, {
    set(target, name, value) {
      if (name === 'signState') view.states.push(value);
      target[name] = value;
      return true;
    },
  });
  form.setAttribute('action', '/documents/7/sign');
  for (const name of TEXTS) {
    const template = part(`template[data-text="${name}"]`);
    template.content = { cloneNode: () => ({ text: name, slot: name === 'error' ? new Element(document) : null }) };
  }
  view.status.replaceChildren = (...nodes) => {
    view.status.textContent = nodes.map((node) => node.text).join('');
    view.status.parts.set('[data-message]', nodes.map((node) => node.slot).find(Boolean) ?? null);
  };
  form.reportValidity = () => view.valid;
  form.requestSubmit = () => {
    if (!view.valid) return;
    const event = new Event('submit', { cancelable: true });
    if (form.dispatchEvent(event)) view.submissions.push(view.cms.value);
  };
  return view;
}
