// A stand-in for the browser's WebSocket that a test drives, and the little NCALayers that it can play.

/** The constructor of sockets played by `script(socket, index)`; `.all` lists those that were made. */
export function fakeWebSocket(script) {
  return class FakeSocket extends EventTarget {
    static all = [];

    constructor(address) {
      super();
      this.address = address;
      this.sent = [];
      this.closed = false;
      this.heard = () => {};
      const index = FakeSocket.all.push(this) - 1;
      script.before?.(address);
      queueMicrotask(() => script(this, index));
    }

    /** What the page calls. */
    send(text) {
      if (this.closed) throw new Error('closed');
      this.sent.push(text);
      queueMicrotask(() => this.heard(text));
    }

    close() {
      if (this.closed) return;
      this.closed = true;
      queueMicrotask(() => this.dispatchEvent(new Event('close')));
    }

    /** What the other end does. */
    open() { this.dispatchEvent(new Event('open')); }

    say(data) { this.dispatchEvent(Object.assign(new Event('message'), { data })); }

    fail() { this.dispatchEvent(new Event('error')); this.close(); }

    /** The requests that came, without signs of life. */
    get requests() { return this.sent.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text)); }
  };
}

export const greeting = (version) => JSON.stringify({ result: { version } });

/** An NCALayer that greets and says to each request what `answer(request, socket, text)` returns, one or more. */
export function ncalayer(answer, { version = '1.4' } = {}) {
  return (socket) => {
    socket.heard = (text) => {
      const request = text.startsWith('{') ? JSON.parse(text) : null;
      const said = answer(request, socket, text);
      for (const one of [said].flat()) {
        if (one !== undefined) socket.say(typeof one === 'string' ? one : JSON.stringify(one));
      }
    };
    socket.open();
    socket.say(greeting(version));
  };
}

/** An address where nobody listens. */
export const nobody = (socket) => socket.fail();

/** Different scripts for one address after another. */
export const inTurn = (...scripts) => (socket, index) => scripts[index](socket);

export const MODULE_NOT_FOUND = { success: false, errorCode: 'MODULE_NOT_FOUND' };
export const basicsResult = (result) => ({ status: true, body: { result } });
export const commonResult = (responseObject, uuid) => ({ code: '200', responseObject, uuid });
export const ADDRESS = 'wss://127.0.0.1:13579/';
export const JOB = { locale: 'ru', purpose: 'sign', data: 'MTEK' };
