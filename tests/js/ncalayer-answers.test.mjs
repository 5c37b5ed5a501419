// What comes is never trusted: forged answers are never signatures and nothing makes the module throw.

import assert from 'node:assert/strict';
import test from 'node:test';

import { ncalayer as module } from './support/assets.mjs';
import { pem, tinyCms } from './support/material.mjs';
import { ADDRESS, JOB, basicsResult, commonResult, fakeWebSocket, greeting, ncalayer } from './support/sockets.mjs';

const {
  BASICS, CMS_MAX_BYTES, COMMON_UTILS, MESSAGE_MAX_CHARS, WORDS_MAX_CHARS, readAnswer, readCms, readGreeting,
  readSignature, sign, toBase64,
} = module;
const cms = tinyCms();
const basics = { module: BASICS, method: 'sign' };
const common = { module: COMMON_UTILS, method: 'createCAdESFromBase64', uuid: 'mine' };
const read = (answer, request = basics) => readAnswer(JSON.stringify(answer), request);
const base64 = (text) => Buffer.from(text, 'latin1').toString('base64');

/** What comes of an NCALayer that gives this answer; a wait without end is ended after a moment. */
async function outcomeOf(answer, script = ncalayer(() => answer)) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  return sign(JOB, { addresses: [ADDRESS], WebSocket: fakeWebSocket(script), signal: stop.signal });
}

const FORGED_RESULTS = {
  'markup': '<img src=x onerror=alert(1)>',
  'a script': '<script>alert(1)</script>',
  'markup in base64': base64('<script>alert(1)</script>'),
  'markup in armor': pem('<script>alert(1)</script>'),
  'empty armor': '-----BEGIN CMS-----\n-----END CMS-----\n',
  'armor of two kinds': `-----BEGIN CMS-----\n${cms}\n-----END PKCS7-----`,
  'two armors': pem(cms) + pem(cms),
  'words before the armor': `ok ${pem(cms)}`,
  'an empty text': '',
  'base64 of nothing': '====',
  'wrong base64': `${cms.slice(0, -1)}*`,
  'base64 for addresses': cms.replaceAll('A', '-'),
  'base64 that is cut': cms.slice(0, -3),
  'right base64 that is no CMS': base64('a'.repeat(300)),
  'a certificate': base64('\x30\x82\x01\x00\x30\x81\xfa'.padEnd(260, '\0')),
  'enveloped data': Buffer.from('300d06092a864886f70d010703a000', 'hex').toString('base64'),
  'DER that says another length': Buffer.from('300e06092a864886f70d010702a000', 'hex').toString('base64'),
  'octets after the end': Buffer.from('300d06092a864886f70d010702a00000', 'hex').toString('base64'),
  'DER that ends early': Buffer.from('300d06092a8648', 'hex').toString('base64'),
  'a length of a length': Buffer.from('30ff06092a864886f70d010702a000', 'hex').toString('base64'),
  'a CMS that is too large': tinyCms(CMS_MAX_BYTES + 1),
  'two signatures': [cms, cms],
  'no signatures': [],
  'an array in an array': [[cms]],
  'an object of nothing': {},
  'two signatures in an object': { signatures: [cms, cms] },
  'an object in an object': { signatures: { 0: cms, length: 1 } },
  'a number': 7,
  'null': null,
  'true': true,
};

for (const [name, result] of Object.entries(FORGED_RESULTS)) {
  test(`${name} is no signature`, async () => {
    assert.equal((await outcomeOf(basicsResult(result))).kind, 'broken');
    assert.equal(readSignature(result).kind, 'broken');
  });
}

const FORGED_ANSWERS = {
  'no JSON': 'signed!',
  'half of JSON': '{"status":true,"body":{"result":',
  'markup': '<script>alert(1)</script>',
  'nesting without end': '['.repeat(200_000),
  'objects without end': '{"a":'.repeat(100_000),
  'a huge message': JSON.stringify(basicsResult(['A'.repeat(MESSAGE_MAX_CHARS)])),
  'an array': JSON.stringify([basicsResult(cms)]),
  'a text': JSON.stringify(cms),
  'a number': '7',
  'null': 'null',
  'an unknown shape': { signed: true, result: cms },
  'a status in words': { status: 'true', body: { result: cms } },
  'a body that is a text': { status: true, body: cms },
  'a body of another shape': { status: true, body: { response: cms } },
  'no body': { status: true },
  'an answer of the other module': commonResult(cms),
  'a code that is an object': { code: {}, responseObject: cms },
  'a prototype': '{"__proto__":{"status":true,"body":{"result":"x"}}}',
};

for (const [name, answer] of Object.entries(FORGED_ANSWERS)) {
  test(`${name} is no answer that signs`, async () => {
    const outcome = await outcomeOf(answer);
    assert.equal(outcome.kind, 'broken');
    assert.equal(typeof outcome.reason, 'string');
  });
}

test('what is no text is no answer', async () => {
  for (const data of [new ArrayBuffer(8), new Blob(['x']), null, undefined, 7, { toString: () => cms }]) {
    assert.equal(readAnswer(data, basics).kind, 'broken');
    assert.equal(readGreeting(data), null);
  }
});

test('an answer before the request is not taken for one', async () => {
  const early = (socket) => {
    socket.say(JSON.stringify(basicsResult(cms)));
    socket.open();
    socket.say(greeting('1.4'));
    socket.say(JSON.stringify(basicsResult(cms)));
  };
  assert.equal((await outcomeOf(null, early)).kind, 'cancelled');
});

test('an answer with another id is not taken for one, with ours it is', () => {
  assert.equal(read(commonResult(cms, 'another'), common).kind, 'noise');
  assert.equal(read({ ...basicsResult(cms), uuid: 'another' }).kind, 'noise');
  assert.equal(read({ code: '500', message: 'action.canceled', uuid: 'another' }, common).kind, 'noise');
  assert.equal(read(commonResult(cms, 'mine'), common).kind, 'answered');
  assert.equal(read(commonResult(cms), common).kind, 'answered');
  assert.equal(read({ ...commonResult(cms), uuid: null }, common).kind, 'answered');
});

test('an answer in the manner of the other module is none', () => {
  assert.equal(read(basicsResult(cms), common).kind, 'broken');
  assert.equal(read(commonResult(cms), basics).kind, 'broken');
});

test('of two answers the first counts, even when the second would be better', async () => {
  const both = (first, second) => ncalayer(() => [first, second]);
  assert.deepEqual(await outcomeOf(null, both(basicsResult(cms), basicsResult('<b>'))), { kind: 'signed', cms });
  assert.equal((await outcomeOf(null, both(basicsResult('<b>'), basicsResult(cms)))).kind, 'broken');
  assert.equal((await outcomeOf(null, both({ status: true, body: {} }, basicsResult(cms)))).kind, 'cancelled');
});

test('every way to cancel is the same outcome and no error', () => {
  for (const answer of [
    { status: true, body: {} },
    { status: false, code: 'USER_CANCELED', message: 'x' },
    { status: false, message: 'action.canceled' },
    { code: '500', message: 'action.canceled' },
    { code: 500, message: 'action.cancelled' },
  ]) assert.equal(read(answer).kind, 'cancelled', JSON.stringify(answer));
});

test('an error tells the words of NCALayer, else its code', () => {
  for (const [answer, message, code] of [
    [{ status: false, code: 'INVOCATION_ERROR', message: 'm', details: 'd' }, 'm (d)', 'INVOCATION_ERROR'],
    [{ status: false, code: 'GENERAL_ERROR', message: 'm', details: 'm' }, 'm', 'GENERAL_ERROR'],
    [{ status: false, code: 'GENERAL_ERROR', details: { a: 1 } }, 'GENERAL_ERROR', 'GENERAL_ERROR'],
    [{ status: false }, '', ''],
    [{ code: '500' }, '500', '500'],
    [{ code: 500, message: '' }, '500', '500'],
    [{ code: '500', message: 'java.lang.X' }, 'java.lang.X', '500'],
    [{ success: false, errorCode: 'MODULE_NOT_FOUND' }, 'MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'],
  ]) {
    const outcome = read(answer);
    assert.deepEqual([outcome.kind, outcome.message, outcome.code], ['error', message, code]);
  }
});

test('words are one line of bounded length and cannot steer the text around them', () => {
  const { message } = read({ code: '500', message: `a\u202Eb\u0000c\r\n\td\u2066${'e'.repeat(1_000_000)}` });
  assert.match(message, /^a b c d e+…$/);
  assert.equal([...message].length, WORDS_MAX_CHARS);
  // Markup stays what it is: whoever shows it shows a text.
  assert.equal(read({ code: '500', message: '<b>x</b>' }).message, '<b>x</b>');
  assert.equal([...read({ code: '500', message: '🙂'.repeat(5_000) }).message].length, WORDS_MAX_CHARS);
});

test('a CMS is taken in DER of every length and in BER', () => {
  for (const hex of ['300d06092a864886f70d010702a000', '30810d06092a864886f70d010702a000',
    '308006092a864886f70d010702a0000000']) {
    const good = Buffer.from(hex, 'hex').toString('base64');
    assert.equal(readCms(good), good);
  }
  for (const size of [0, 100, 1_000, 100_000]) assert.equal(readCms(tinyCms(size)), tinyCms(size));
  assert.equal(readCms(` ${cms.slice(0, 8)}\r\n${cms.slice(8)}\n`), cms);
});

test('random texts are never signed and never throw', () => {
  let state = 7;
  const random = (limit) => { state = (state * 48_271) % 2_147_483_647; return state % limit; };
  const pieces = [
    '{', '}', '[', ']', '"', ':', ',', 'status', 'true', 'body', 'result', 'code', '200', 'uuid', 'null', '\\u',
    'responseObject', cms, '-----BEGIN CMS-----', '\n', '\u0000', '1e999', 'errorCode', 'version', '--heartbeat--',
  ];
  for (let round = 0; round < 20_000; round += 1) {
    const text = Array.from({ length: random(12) }, () => pieces[random(pieces.length)]).join('');
    for (const request of [basics, common]) {
      const outcome = readAnswer(text, request);
      assert.ok(['noise', 'broken', 'error', 'cancelled', 'answered'].includes(outcome.kind));
      if (outcome.kind === 'answered') readSignature(outcome.value);
    }
    const taken = readCms(text);
    assert.ok(taken === null || taken === cms);
  }
});

test('base64 is that of everybody else', () => {
  for (const size of [0, 1, 2, 3, 24_575, 24_576, 24_577, 100_000]) {
    const octets = Uint8Array.from({ length: size }, (_, index) => (index * 7) % 256);
    assert.equal(toBase64(octets), Buffer.from(octets).toString('base64'));
  }
});
