// Finding NCALayer, waiting for it, and losing it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { ncalayer as module } from './support/assets.mjs';
import { tinyCms } from './support/material.mjs';
import {
  ADDRESS, JOB, MODULE_NOT_FOUND, basicsResult, commonResult, fakeWebSocket, greeting, inTurn, ncalayer, nobody,
} from './support/sockets.mjs';

const { addressesFrom, connect, localNetworkPermission, sign } = module;
const SECOND = 'ws://127.0.0.1:13579/';
const cms = tinyCms();
const signer = ncalayer(() => basicsResult([cms]));
const silent = (socket) => socket.open();
const QUICK = { greetingMs: 20, permissionMs: 200, sideQuestionMs: 20 };
const run = (WebSocket, options = {}, job = JOB) => (
  sign(job, { addresses: [ADDRESS], WebSocket, ...QUICK, ...options })
);

for (const version of ['1.2', '1.4', '2.0-beta']) {
  test(`a greeting of version ${version} is a greeting`, async () => {
    const WebSocket = fakeWebSocket(ncalayer(() => basicsResult(cms), { version }));
    assert.deepEqual(await run(WebSocket), { kind: 'signed', cms });
    assert.ok(WebSocket.all[0].closed);
  });
}

test('the request asks for a detached signature without a time stamp, by the signer who is expected', async () => {
  const WebSocket = fakeWebSocket(signer);
  await run(WebSocket, {}, { ...JOB, iin: '800101300127', bin: '990240001233', anyChain: true, locale: 'kk' });
  assert.deepEqual(WebSocket.all[0].requests, [{
    module: 'kz.gov.pki.knca.basics',
    method: 'sign',
    args: {
      allowedStorages: null,
      format: 'cms',
      data: 'MTEK',
      signingParams: { decode: true, encapsulate: false, digested: false },
      signerParams: { extKeyUsageOids: ['1.3.6.1.5.5.7.3.4'], iin: '800101300127', bin: '990240001233', chain: [] },
      locale: 'kk',
    },
  }]);
});

test('nobody at the address is absent', async () => {
  assert.deepEqual(await run(fakeWebSocket(nobody)), { kind: 'absent' });
});

test('one who closes before the greeting is absent', async () => {
  assert.deepEqual(await run(fakeWebSocket((socket) => { socket.open(); socket.close(); })), { kind: 'absent' });
});

test('one who never greets is absent', async () => {
  const WebSocket = fakeWebSocket(silent);
  assert.deepEqual(await run(WebSocket), { kind: 'absent' });
  assert.ok(WebSocket.all[0].closed);
});

test('one who says other things first is absent', async () => {
  const other = (socket) => {
    socket.open();
    [
      '', '--heartbeat--', 'hello', '[]', '{"result":{}}', '{"result":{"version":7}}',
      '{"result":{"version":"<b>1</b>"}}', JSON.stringify(basicsResult(cms)),
    ].forEach((text) => socket.say(text));
  };
  assert.deepEqual(await run(fakeWebSocket(other)), { kind: 'absent' });
});

test('no addresses at all is absent', async () => {
  assert.deepEqual(await run(fakeWebSocket(nobody), { addresses: [] }), { kind: 'absent' });
});

for (const [name, first] of Object.entries({ nobody, silent, closing: (socket) => socket.close() })) {
  test(`the second address is tried when the first is ${name}`, async () => {
    const WebSocket = fakeWebSocket(inTurn(first, signer));
    assert.deepEqual(await run(WebSocket, { addresses: [ADDRESS, SECOND] }), { kind: 'signed', cms });
    assert.deepEqual(WebSocket.all.map((socket) => socket.address), [ADDRESS, SECOND]);
  });
}

test('an address that the browser refuses is passed over', async () => {
  const script = (socket) => signer(socket);
  script.before = (address) => { if (address === ADDRESS) throw new DOMException('mixed content', 'SecurityError'); };
  assert.deepEqual(await run(fakeWebSocket(script), { addresses: [ADDRESS, SECOND] }), { kind: 'signed', cms });
});

test('after one has greeted no other is asked', async () => {
  const WebSocket = fakeWebSocket(signer);
  await run(WebSocket, { addresses: [ADDRESS, SECOND] });
  assert.equal(WebSocket.all.length, 1);
});

test('a list of addresses keeps its order and only WebSocket addresses', () => {
  assert.deepEqual(addressesFrom(` ${ADDRESS}\n${SECOND}  https://a/ javascript:alert(1) wss: `), [ADDRESS, SECOND]);
  assert.deepEqual(addressesFrom(''), []);
  assert.equal(addressesFrom(`${ADDRESS} `.repeat(100)).length, 8);
});

test('a page under https with plain addresses alone is blocked', async () => {
  const options = { addresses: [SECOND], pageIsHttps: true };
  assert.deepEqual(await run(fakeWebSocket(nobody), options), { kind: 'blocked' });
  assert.deepEqual(await run(fakeWebSocket(nobody), { ...options, pageIsHttps: false }), { kind: 'absent' });
  assert.deepEqual(await run(fakeWebSocket(nobody), { ...options, addresses: [ADDRESS, SECOND] }), { kind: 'absent' });
  // Some browsers let it through.
  assert.deepEqual(await run(fakeWebSocket(signer), options), { kind: 'signed', cms });
});

test('a browser that denies local programs is blocked, whatever its name for it', async () => {
  for (const denied of ['loopback-network', 'local-network-access']) {
    const permissions = {
      query: async ({ name }) => {
        if (name !== denied) throw new TypeError('unknown name');
        return { state: 'denied' };
      },
    };
    const permission = () => localNetworkPermission(permissions);
    assert.deepEqual(await run(fakeWebSocket(nobody), { permission }), { kind: 'blocked' });
  }
  assert.equal(await localNetworkPermission(undefined), 'unknown');
});

test('while the browser asks the person the greeting may take longer', async () => {
  const slow = async (socket) => { await sleep(60); signer(socket); };
  const permission = async () => 'prompt';
  assert.deepEqual(await run(fakeWebSocket(slow), { permission }), { kind: 'signed', cms });
  assert.deepEqual(await run(fakeWebSocket(slow)), { kind: 'absent' });
  // Once the socket is open the person has answered.
  const began = performance.now();
  assert.deepEqual(await run(fakeWebSocket(silent), { permission }), { kind: 'absent' });
  assert.ok(performance.now() - began < 150);
});

test('a close while the signature is awaited is broken, never signed', async () => {
  for (const end of [(socket) => socket.close(), (socket) => socket.fail()]) {
    const outcome = await run(fakeWebSocket(ncalayer((request, socket) => { end(socket); })));
    assert.deepEqual(outcome, { kind: 'broken', reason: 'closed' });
  }
});

test('an answer after the close is not heard', async () => {
  const late = ncalayer((request, socket) => { socket.close(); return basicsResult(cms); });
  const outcome = await run(fakeWebSocket((socket) => {
    late(socket);
    const heard = socket.heard;
    socket.heard = (text) => { socket.fail(); heard(text); };
  }));
  assert.deepEqual(outcome, { kind: 'broken', reason: 'closed' });
});

test('cancelling closes the socket at every stage', async () => {
  for (const script of [silent, ncalayer(() => undefined), older({ changeLocale: undefined })]) {
    const stop = new AbortController();
    const WebSocket = fakeWebSocket(script);
    const outcome = run(WebSocket, { signal: stop.signal, greetingMs: 1_000, sideQuestionMs: 1_000 });
    await sleep(10);
    stop.abort();
    assert.deepEqual(await outcome, { kind: 'cancelled' });
    assert.ok(WebSocket.all[0].closed);
  }
  const WebSocket = fakeWebSocket(signer);
  assert.deepEqual(await run(WebSocket, { signal: AbortSignal.abort() }), { kind: 'cancelled' });
  assert.equal(WebSocket.all.length, 0);
});

test('one question at a time', async () => {
  const { connection } = await connect({ addresses: [ADDRESS], WebSocket: fakeWebSocket(ncalayer(() => undefined)) });
  const first = connection.ask({ module: 'm', method: 'a' });
  assert.deepEqual(await connection.ask({ module: 'm', method: 'b' }), { kind: 'broken', reason: 'busy' });
  connection.close();
  assert.deepEqual(await first, { kind: 'broken', reason: 'closed' });
  assert.deepEqual(await connection.ask({ module: 'm', method: 'c' }), { kind: 'broken', reason: 'closed' });
});

test('signs of life go out while a person thinks, and those that come back are no answer', async () => {
  const WebSocket = fakeWebSocket(ncalayer((request, socket, text) => {
    if (text !== '--heartbeat--') return undefined;
    return socket.sent.filter((sent) => sent === text).length < 4
      ? ['--heartbeat--', greeting('1.4'), '{}']
      : basicsResult(cms);
  }));
  assert.deepEqual(await run(WebSocket, { heartbeatMs: 3 }), { kind: 'signed', cms });
});

test('a version that knows no signs of life is spared them, and its complaint is no answer', async () => {
  const complaint = { code: '500', errorCode: 'x', message: 'x' };
  const WebSocket = fakeWebSocket(ncalayer((request, socket, text) => {
    if (text !== '--heartbeat--') return undefined;
    setTimeout(() => socket.say(JSON.stringify(basicsResult(cms))), 30);
    return { ...complaint, code: 'COMMON_JSON_WRAPPING_EXCEPTION' };
  }));
  assert.deepEqual(await run(WebSocket, { heartbeatMs: 3 }), { kind: 'signed', cms });
  assert.equal(WebSocket.all[0].sent.filter((text) => text === '--heartbeat--').length, 1);
  // To a request it is an error like any other.
  const refusing = fakeWebSocket(ncalayer(() => ({ code: 'COMMON_JSON_WRAPPING_EXCEPTION', message: 'no' })));
  assert.equal((await run(refusing)).kind, 'error');
});

test('a fault of the caller ends as broken and closes the socket', async () => {
  const WebSocket = fakeWebSocket(signer);
  const outcome = await run(WebSocket, { onWaiting: () => { throw new Error('no'); } });
  assert.deepEqual(outcome, { kind: 'broken', reason: 'fault' });
  assert.ok(WebSocket.all[0].closed);
  assert.equal((await sign(JOB, {})).kind, 'broken');
});

test('waiting is told once, before the request goes out', async () => {
  let told = 0;
  const WebSocket = fakeWebSocket(signer);
  await run(WebSocket, { onWaiting: () => { told += 1; assert.equal(WebSocket.all[0].sent.length, 0); } });
  assert.equal(told, 1);
});

// ── The older module ────────────────────────────────────────────────────────────────────────────────────────────────

/** An NCALayer without the module of today; `answer` gives the answers of the older one by method. */
function older(answer, { refusal = MODULE_NOT_FOUND, ...rest } = {}) {
  return ncalayer((request, socket) => {
    if (request?.module === 'kz.gov.pki.knca.basics') return refusal;
    const known = { changeLocale: { code: '200' }, getActiveTokens: commonResult([]), ...answer };
    const said = known[request?.method];
    return typeof said === 'function' ? said(request, socket) : said;
  }, rest);
}

test('without the module of today the older one signs', async () => {
  const echo = (request) => commonResult(cms, request.uuid);
  const WebSocket = fakeWebSocket(older({ createCAdESFromBase64: echo }));
  assert.deepEqual(await run(WebSocket, {}, { ...JOB, locale: 'kk' }), { kind: 'signed', cms });
  const asked = WebSocket.all[0].requests.map(({ method, args }) => [method, args]);
  assert.deepEqual(asked.slice(1), [
    ['changeLocale', ['kz']], ['getActiveTokens', undefined],
    ['createCAdESFromBase64', ['PKCS12', 'SIGNATURE', 'MTEK', false]],
  ]);
});

test('version 1.2 may refuse the module of today in words of its own; 1.4 may not', async () => {
  const refusal = { code: '500', message: 'java.lang.NullPointerException' };
  const answer = { createCAdESFromBase64: commonResult(cms) };
  const old = fakeWebSocket(older(answer, { refusal, version: '1.2' }));
  assert.deepEqual(await run(old), { kind: 'signed', cms });
  assert.equal((await run(fakeWebSocket(older(answer, { refusal, version: '1.4' })))).kind, 'error');
  // An error of the module of today itself is an error in every version: there was a window already.
  const real = { status: false, code: 'SIGNING_FAILURE', message: 'expired' };
  assert.equal((await run(fakeWebSocket(older(answer, { refusal: real, version: '1.2' })))).message, 'expired');
});

test('the older module is given the token that is plugged in, if it is one that is known', async () => {
  for (const [tokens, store] of [
    [['AKKaztokenStore'], 'AKKaztokenStore'], [['<b>', 'AKAKEYStore'], 'AKAKEYStore'], [['PKCS12'], 'PKCS12'],
    [[], 'PKCS12'], [null, 'PKCS12'], ['AKAKEYStore', 'PKCS12'], [[{ a: 1 }], 'PKCS12'],
  ]) {
    const WebSocket = fakeWebSocket(older({
      getActiveTokens: commonResult(tokens),
      createCAdESFromBase64: commonResult(cms),
    }));
    await run(WebSocket, {}, { ...JOB, purpose: 'auth' });
    assert.deepEqual(WebSocket.all[0].requests.at(-1).args, [store, 'AUTHENTICATION', 'MTEK', false]);
  }
});

test('the older module may lack a language, the question for tokens, and the newer method', async () => {
  const no = { code: '500', message: 'java.lang.NoSuchMethodException: x' };
  const WebSocket = fakeWebSocket(older({
    changeLocale: no, getActiveTokens: no, createCAdESFromBase64: no, createCMSSignatureFromBase64: commonResult(cms),
  }));
  assert.deepEqual(await run(WebSocket), { kind: 'signed', cms });
});

test('the older module is cancelled, fails and is lost like the other', async () => {
  for (const [said, expected] of [
    [{ code: '500', message: 'action.canceled' }, { kind: 'cancelled' }],
    [{ code: '500' }, { kind: 'error', message: '500' }],
    [(request, socket) => { socket.close(); }, { kind: 'broken', reason: 'closed' }],
    [commonResult(cms, 'another'), undefined],
  ]) {
    const WebSocket = fakeWebSocket(older({ createCAdESFromBase64: said }));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 30);
    const { kind, ...rest } = await run(WebSocket, { signal: stop.signal });
    assert.equal(kind, expected?.kind ?? 'cancelled');
    if (expected?.message) assert.equal(rest.message, expected.message);
  }
});

test('a question that needs no person is not waited for without end', async () => {
  const outcome = await run(fakeWebSocket(older({ getActiveTokens: undefined })));
  assert.deepEqual(outcome, { kind: 'broken', reason: 'no-answer' });
});

// ── By digest ───────────────────────────────────────────────────────────────────────────────────────────────────────

const DIGESTS = { locale: 'ru', purpose: 'sign', digests: ['U1RSRUVCT0c=', 'U0hBMjU2'] };
const REFUSALS = [
  { status: false, code: 'INVALID_SIGNING_PARAMS', message: 'x' },
  { status: false, code: 'SIGNING_FAILURE', message: 'x' },
  { status: false, code: 'INVOCATION_ERROR', message: 'x', details: 'wrong hash length' },
];

for (const refusal of REFUSALS) {
  test(`a digest that does not fit is followed by the next (${refusal.code})`, async () => {
    const WebSocket = fakeWebSocket(ncalayer(({ args }) => (args.data === 'U0hBMjU2' ? basicsResult([cms]) : refusal)));
    assert.deepEqual(await run(WebSocket, {}, DIGESTS), { kind: 'signed', cms });
    const asked = WebSocket.all[0].requests.map(({ args }) => [args.data, args.signingParams.digested]);
    assert.deepEqual(asked, [['U1RSRUVCT0c=', true], ['U0hBMjU2', true]]);
  });
}

test('after cancelling, or an error of another kind, no second window opens', async () => {
  for (const [said, kind] of [
    [{ status: true, body: {} }, 'cancelled'],
    [{ status: false, code: 'GENERAL_ERROR', message: 'no card' }, 'error'],
    [{ status: 1 }, 'broken'],
    [basicsResult('<b>'), 'broken'],
  ]) {
    const WebSocket = fakeWebSocket(ncalayer(() => said));
    assert.equal((await run(WebSocket, {}, DIGESTS)).kind, kind);
    assert.equal(WebSocket.all[0].requests.length, 1);
  }
});

test('when no digest fits the last refusal is told', async () => {
  const WebSocket = fakeWebSocket(ncalayer(({ args }) => ({ ...REFUSALS[0], message: `no ${args.data}` })));
  assert.equal((await run(WebSocket, {}, DIGESTS)).message, 'no U0hBMjU2');
  assert.equal(WebSocket.all[0].requests.length, 2);
});

test('the content itself is never asked for twice', async () => {
  const WebSocket = fakeWebSocket(ncalayer(() => REFUSALS[0]));
  assert.equal((await run(WebSocket)).kind, 'error');
  assert.equal(WebSocket.all[0].requests.length, 1);
});

test('the older module signs digests too, and its bare refusal is followed by the next', async () => {
  const byHash = ({ args }) => (args[2] === 'U0hBMjU2' ? commonResult(cms) : { code: '500' });
  const WebSocket = fakeWebSocket(older({ createCAdESFromBase64Hash: byHash }));
  assert.deepEqual(await run(WebSocket, {}, DIGESTS), { kind: 'signed', cms });
  assert.deepEqual(WebSocket.all[0].requests.at(-1).args, ['PKCS12', 'SIGNATURE', 'U0hBMjU2']);
});
