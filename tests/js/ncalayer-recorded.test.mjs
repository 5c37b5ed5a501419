// The recorded exchanges of the real program, replayed word by word.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { ncalayer as module } from './support/assets.mjs';
import { missing, pem, recordedExchanges, sharedFile, unlessMissing } from './support/material.mjs';
import { ADDRESS, JOB, basicsResult, fakeWebSocket, greeting, ncalayer } from './support/sockets.mjs';

const { COMMON_UTILS, basicsSignRequest, commonRequest, commonSignRequests, connect, sign } = module;
const can = unlessMissing(missing('ncalayer/exchanges.json'));
const recorded = recordedExchanges();

/** What the exchange's own record of the outcome means in our words. */
function expectedOf({ response, result }) {
  if (result === 'NCALayerError: cancelled by user') return { kind: 'cancelled' };
  if (response.message === 'action.canceled') return { kind: 'cancelled' };
  if (/^NCALayerError: /.test(result ?? '')) return { kind: 'error' };
  return { kind: 'answered', value: response.responseObject ?? response.body?.result };
}

/** A socket that answers this request, and no other, as it was recorded. */
function replaying({ raw, parsed }, { beats = false, version } = {}) {
  return fakeWebSocket((socket) => {
    socket.heard = (text) => {
      assert.deepEqual(JSON.parse(text), parsed.request);
      if (beats) [greeting('1.2'), '--heartbeat--', '{}', '--heartbeat--\n'].forEach((life) => socket.say(life));
      socket.say(raw.response);
    };
    socket.open();
    socket.say(version ? greeting(version) : raw.initMessage ?? greeting('1.2'));
  });
}

test('there are recorded exchanges to replay', can, () => assert.equal(recorded.length, 25));

for (const [index, exchange] of recorded.entries()) {
  const { task, request } = exchange.parsed;
  for (const how of [{}, { beats: true }, { version: '1.4' }]) {
    test(`exchange ${index} (${task.exec}) ends as recorded ${JSON.stringify(how)}`, async () => {
      const met = await connect({ addresses: [ADDRESS], WebSocket: replaying(exchange, how) });
      assert.equal(met.kind, 'connected');
      assert.equal(met.connection.version, how.version ?? '1.2');
      const outcome = await met.connection.ask(request);
      met.connection.close();
      const expected = expectedOf(exchange.parsed);
      assert.equal(outcome.kind, expected.kind);
      if (expected.kind === 'answered') assert.deepEqual(outcome.value, expected.value);
      if (expected.kind === 'error') assert.ok(outcome.message.includes(exchange.parsed.response.message ?? '500'));
    });
  }
}

test('our own requests are those of the real exchanges', can, () => {
  const of = (exec, nth = 0) => recorded.filter(({ parsed }) => parsed.task.exec === exec)[nth].parsed.request;
  assert.deepEqual(commonRequest('getActiveTokens'), of('getActiveTokens'));
  assert.deepEqual(commonRequest('changeLocale', ['kz']), of('changeLocale', 1));

  const auth = { ...JOB, purpose: 'auth' };
  const [, ours] = commonSignRequests(auth, { data: 'MTEK', digested: false }, 'AKKaztokenStore');
  assert.deepEqual({ ...ours, uuid: undefined }, { ...of('createCMSSignatureFromBase64', 1), uuid: undefined });
  const theirs = of('createCAdESFromBase64Hash', 1);
  const [hash] = commonSignRequests(auth, { data: theirs.args[2], digested: true }, 'AKKaztokenStore');
  assert.deepEqual({ ...hash, uuid: undefined }, { ...theirs, uuid: undefined });
  assert.equal(hash.module, COMMON_UTILS);

  // Without the time stamp, which the server fetches, and for any store.
  for (const [nth, digested] of [[2, false], [3, true]]) {
    const basics = structuredClone(of('basicsSignCMS', nth));
    delete basics.args.signingParams.tsaProfile;
    basics.args.allowedStorages = null;
    const job = { ...JOB, purpose: 'any' };
    assert.deepEqual(basicsSignRequest(job, { data: basics.args.data, digested }), basics);
  }
  const chained = of('basicsSignCMS', 6).args.signerParams;
  const job = { ...JOB, purpose: 'any', anyChain: true };
  assert.deepEqual(basicsSignRequest(job, { data: 'MTEK', digested: false }).args.signerParams, chained);
});

test('signatures that were taken out of the record are no signatures', can, async () => {
  for (const { parsed } of recorded.filter(({ parsed: { task } }) => task.exec === 'basicsSignCMS')) {
    const WebSocket = fakeWebSocket(ncalayer(() => parsed.response));
    const outcome = await sign(JOB, { addresses: [ADDRESS], WebSocket });
    assert.ok(['cancelled', 'broken'].includes(outcome.kind), outcome.kind);
  }
});

for (const name of ['cms/derived/good-detached-head.p7s', 'cms/detached-g2015-512+rsa-2sig-e4617a.p7s']) {
  test(`a real signature is taken in every shape: ${name}`, unlessMissing(missing(name)), async () => {
    const cms = readFileSync(sharedFile(name)).toString('base64');
    const shapes = [
      cms, pem(cms), pem(cms, 'PKCS7'), pem(cms).replaceAll('\n', '\r\n'), [cms], [pem(cms)],
      { signatures: [cms], certificate: 'MIIB' }, { signatures: [pem(cms)] },
    ];
    for (const shape of shapes) {
      const WebSocket = fakeWebSocket(ncalayer(() => basicsResult(shape)));
      const outcome = await sign(JOB, { addresses: [ADDRESS], WebSocket });
      assert.deepEqual(outcome, { kind: 'signed', cms });
    }
  });
}
