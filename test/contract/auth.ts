import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes, type Operation, type Route } from '../../shared/api/routes.ts';
import { createApiKey } from '../../shared/service/keys/create-api-key.ts';
import { jobToken } from '../../shared/service/training/job-token.ts';
import type { Scope } from '../../shared/service/ports/api-keys.ts';
import { localTenant } from '../../local/wire.ts';
import { pause } from '../local/serve-process.ts';
import { studyNamed, type Service } from '../http/open-service.ts';

const otherTenant = '00000000000000000000000001';

/** A service in which requests need a key, and what is in its way. */
export interface GuardedService extends Omit<Service, 'data'> {
  /** Whether something before the router refuses requests without Authorization, in its own words. */
  isBareRefusedBefore: boolean;
  /** Everything that the service has stored so far, as text. */
  stored(): Promise<string>;
}

let service: GuardedService;
/** Every secret that was ever given out. */
const secrets: string[] = [];
let admin: Record<string, string>;
let keyCount = 0;

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** A key made below the router, as `npm run key` does; it is how another tenant comes to be. */
async function makeKey(
  scopes: Scope[],
  { tenant = localTenant, expires }: { tenant?: string; expires?: string } = {},
): Promise<{ id: string; key: string }> {
  const caller = { tenant, principal: 'test', scopes: ['admin' as const] };
  const body = { name: `k${keyCount++}`, scopes, ...(expires && { expires }) };
  const call = { caller, operation: 'createApiKey', path: {}, query: {}, body, idempotencyKey: undefined };
  const reply = await createApiKey(service.ports, call);
  secrets.push(reply.body.key!.split('_').slice(2).join('_'));
  return { id: reply.body.id, key: reply.body.key! };
}

/** What each operation is sent with, so that nothing but the credential can be wrong. */
const bodies: Partial<Record<Operation, object>> = {
  ask: {},
  enqueue: { trials: [{ params: { x: 0.5 } }] },
  tell: { attempt: 1, values: { loss: 1 } },
  report: { attempt: 1, step: 1, values: { loss: 1 } },
  startTrial: { attempt: 1, jobId: 'job' },
  release: { attempt: 1 },
  cancel: {},
  retry: {},
  replay: {},
  updateStudy: { budget: { trials: 200 } },
  createApiKey: { name: 'made', scopes: ['read'] },
  confirm: { repeats: 1 },
  predict: { params: [{ x: 0.5 }] },
  suggestStateless: { space: { x: { type: 'float', low: 0, high: 1 } } },
  lintSpace: { space: { x: { type: 'float', low: 0, high: 1 } } },
};

let placeCount = 0;

interface Place {
  study: string;
  number: string;
  key: string;
}

/** Where requests go that are refused: nothing ever changes there. */
let refusingPlace: Place;

/** A study of the tenant that owns everything, in a state in which the operation succeeds; and a key of it. */
async function placeFor(operation: Operation): Promise<Place> {
  const study = `place${placeCount++}`;
  const sent = await Promise.all([service.post('/v1/studies', studyNamed(study), admin), makeKey(['read'])]);
  expect(sent[0].status).toBe(201);
  expect((await service.post(`/v1/studies/${study}/ask`, {}, admin)).body.granted).toBe(1);
  if (operation === 'retry') await service.post(`/v1/studies/${study}/trials/0/cancel`, {}, admin);
  if (operation === 'startTrial') await beginSubmitting(study);
  if (operation === 'confirm' || operation === 'predict') {
    await service.post(`/v1/studies/${study}/trials/0/tell`, { attempt: 1, values: { loss: 1 } }, admin);
  }
  return { study, number: '0', key: sent[1].id };
}

/** As if a job was about to be started for the trial. */
async function beginSubmitting(name: string): Promise<void> {
  const study = (await service.ports.studies.find(localTenant, name))!;
  const job = { phase: 'submitting' as const, slot: 0, id: undefined, sinceMs: 0 };
  expect(await service.ports.trials.change(study, 0, { attempt: 1, states: ['running'] }, { job })).toHaveProperty(
    'ok',
    true,
  );
}

async function call(
  operation: Operation,
  headers: Record<string, string>,
  { study, number, key }: Place,
): Promise<{ status: number; code?: string }> {
  const { method, path }: Route = routes[operation];
  const place: Record<string, string> = { study, number, key };
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => place[name]);
  const body = operation === 'createStudy' ? studyNamed(`made${placeCount++}`) : bodies[operation];
  const { status, body: answer } = await service.send(method, target, body, headers);
  if (operation === 'createApiKey' && status === 201) secrets.push(answer.key.split('_').slice(2).join('_'));
  return { status, code: answer?.code };
}

interface Credential {
  make: (place: Place) => Promise<Record<string, string>>;
  /** Undefined for one that is none. */
  scopes: Scope[] | undefined;
  /** For a token of a job: what routes for jobs make of it, where `own` is theirs to do. */
  ofJob?: 'own' | 403 | 404;
}

const credentials: Record<string, Credential> = {
  none: { make: async () => ({}), scopes: undefined },
  'an empty one': { make: async () => ({ authorization: '' }), scopes: undefined },
  'another scheme': { make: async () => ({ authorization: 'Basic YTpi' }), scopes: undefined },
  'a malformed key': { make: async () => bearer('cav_x'), scopes: undefined },
  'the key without its scheme': {
    make: async () => ({ authorization: (await makeKey(['admin'])).key }),
    scopes: undefined,
  },
  'an unknown key': { make: async () => bearer(`cav_${'0'.repeat(26)}_${'a'.repeat(43)}`), scopes: undefined },
  'a wrong secret': {
    make: async () => bearer(`cav_${(await makeKey(['admin'])).id}_${'a'.repeat(43)}`),
    scopes: undefined,
  },
  'the secret of another key': {
    make: async () => {
      const [one, other] = await Promise.all([makeKey(['admin']), makeKey(['admin'])]);
      return bearer(`cav_${one.id}_${other.key.split('_').slice(2).join('_')}`);
    },
    scopes: undefined,
  },
  'an expired key': {
    make: async () => bearer((await makeKey(['admin'], { expires: '2020-01-01T00:00:00Z' })).key),
    scopes: undefined,
  },
  'a revoked key': {
    make: async () => {
      const { id, key } = await makeKey(['admin']);
      expect((await service.send('DELETE', `/v1/keys/${id}`, undefined, admin)).status).toBe(200);
      return bearer(key);
    },
    scopes: undefined,
  },
  'a key without scopes': { make: async () => bearer((await makeKey([])).key), scopes: [] },
  'a key to read': { make: async () => bearer((await makeKey(['read'])).key), scopes: ['read'] },
  'a key to write': { make: async () => bearer((await makeKey(['write'])).key), scopes: ['write'] },
  'a key to read and write': {
    make: async () => bearer((await makeKey(['read', 'write'])).key),
    scopes: ['read', 'write'],
  },
  'an admin key': { make: async () => bearer((await makeKey(['admin'])).key), scopes: ['admin'] },
  'an admin key of another tenant': {
    make: async () => bearer((await makeKey(['admin'], { tenant: otherTenant })).key),
    scopes: ['admin'],
  },
};

/** The token of a job of a study, which is given the secret that managed studies have. */
async function jobHeaders(tenant: string, name: string, number = 0, attempt = 1): Promise<Record<string, string>> {
  let study = (await service.ports.studies.find(tenant, name))!;
  if (study.jobSecret === undefined) {
    study = { ...study, jobSecret: service.ports.identifiers.secret(), revision: study.revision + 1 };
    expect(await service.ports.studies.update(study, {})).toBe(true);
  }
  return bearer(jobToken(service.ports, study, number, attempt));
}

const jobCredentials: Record<string, Credential> = {
  'the token of the job of the trial': {
    make: ({ study }) => jobHeaders(localTenant, study),
    scopes: [],
    ofJob: 'own',
  },
  'the token of another trial’s job': {
    make: ({ study }) => jobHeaders(localTenant, study, 1),
    scopes: [],
    ofJob: 403,
  },
  'the token of another attempt’s job': {
    make: ({ study }) => jobHeaders(localTenant, study, 0, 2),
    scopes: [],
    ofJob: 403,
  },
  'the token of another study’s job': {
    make: async () => jobHeaders(localTenant, (await placeFor('ask')).study),
    scopes: [],
    ofJob: 403,
  },
  'the token of another tenant’s job': {
    make: async ({ study }) => {
      const owner = bearer((await makeKey(['admin'], { tenant: otherTenant })).key);
      await service.post('/v1/studies', studyNamed(`${study}-other`), owner);
      return jobHeaders(otherTenant, `${study}-other`);
    },
    scopes: [],
    ofJob: 404,
  },
  'the token of a job whose study is gone': {
    make: async () => {
      const { study } = await placeFor('ask');
      const headers = await jobHeaders(localTenant, study);
      expect((await service.send('DELETE', `/v1/studies/${study}`, undefined, admin)).status).toBe(204);
      return headers;
    },
    scopes: undefined,
  },
  'a forged token of a job': {
    make: async ({ study }) => {
      const { authorization } = await jobHeaders(localTenant, study);
      return { authorization: authorization.replace(/[0-9a-f]{64}$/, 'a'.repeat(64)) };
    },
    scopes: undefined,
  },
  'a malformed token of a job': { make: async () => bearer('cavj_x'), scopes: undefined },
};

const all = { ...credentials, ...jobCredentials };
const made = new Map<string, Promise<Record<string, string>>>();

/** Each credential is made once, but for the tokens of jobs, which are those of a place. */
function headersOf(credential: string, place: Place): Promise<Record<string, string>> {
  if (credential in jobCredentials) return all[credential].make(place);
  const headers = made.get(credential) ?? all[credential].make(place);
  made.set(credential, headers);
  return headers;
}

/** What the contract says: who is not known gets 401, who may not 403, whose it is not 404. */
function expectedOf(operation: Operation, credential: string): number {
  const { scope, success, path, isForJobs }: Route = routes[operation];
  const { scopes, ofJob } = all[credential];
  if (scope === null) return success.status;
  if (scopes === undefined) return 401;
  if (ofJob !== undefined && isForJobs) return ofJob === 'own' ? success.status : ofJob;
  if (!scopes.includes(scope) && !scopes.includes('admin')) return 403;
  return credential.endsWith('another tenant') && path.includes('{') ? 404 : success.status;
}

const matrix = (Object.keys(routes) as Operation[]).flatMap((operation) =>
  Object.keys(all).map((credential): [Operation, string, number] => [
    operation,
    credential,
    expectedOf(operation, credential),
  ]),
);

/** What holds wherever requests need a key: every route with every credential, and whose keys are whose. */
export function authContract(open: () => Promise<GuardedService>): void {
  describe('what requests need a key for', () => {
    beforeAll(async () => {
      service = await open();
      admin = bearer((await makeKey(['admin'])).key);
      refusingPlace = await placeFor('ask');
    });

    afterAll(() => service.close());

    it.each(matrix)('answers %s with %s by %i', async (operation, credential, status) => {
      const place = status < 300 ? await placeFor(operation) : refusingPlace;
      const answer = await call(operation, await headersOf(credential, place), place);
      expect(answer.status).toBe(status);
      const missing = routes[operation].path.startsWith('/v1/keys') ? 'key_not_found' : 'study_not_found';
      const codes: Record<number, string> = { 401: 'unauthenticated', 403: 'forbidden', 404: missing };
      const isBare = credential === 'none' || credential === 'an empty one';
      expect(answer.code).toBe(isBare && service.isBareRefusedBefore ? undefined : codes[status]);
    });

    it('says how to come by a key when there is none, and nothing about what was wrong with one', async () => {
      const none = await service.get('/v1/studies', { authorization: 'Basic YTpi' });
      expect(none.headers.get('www-authenticate')).toBe('Bearer');
      expect(none.body.hint).toContain('npm run key');
      const wrong = ['an unknown key', 'a wrong secret', 'an expired key', 'a revoked key'];
      const answers = await Promise.all(
        wrong.map(async (credential) => service.get('/v1/studies', await headersOf(credential, refusingPlace))),
      );
      expect(new Set(answers.map(({ body }) => `${body.detail} ${body.hint}`)).size).toBe(1);
    });

    it('names the scope that is missing', async () => {
      const { body } = await service.post(
        '/v1/studies',
        studyNamed('x'),
        await headersOf('a key to read', refusingPlace),
      );
      expect(body.detail).toBe('The API key must have the scope write; it has read.');
    });

    it('refuses before it looks at the body', async () => {
      expect((await service.post('/v1/studies', 'no json')).status).toBe(401);
      expect((await service.post('/v1/studies', `{"a":"${'a'.repeat(300_000)}"}`)).status).toBe(401);
    });

    it('does not mind the name that it is reached under', async () => {
      expect((await service.get('/v1/studies', { ...admin, origin: 'https://notebook.example' })).status).toBe(200);
    });

    it('hides the studies and keys of one tenant from another', async () => {
      const { study, key } = await placeFor('ask');
      const other = bearer((await makeKey(['admin'], { tenant: otherTenant })).key);
      const id = (await service.get(`/v1/studies/${study}`, admin)).body.id as string;
      for (const path of [study, id]) {
        const { status, body } = await service.get(`/v1/studies/${path}`, other);
        expect([status, body.code]).toEqual([404, 'study_not_found']);
        expect(body.detail).toBe(`There is no study ${JSON.stringify(path)}.`);
      }
      const pages = ['/v1/studies?limit=1000', '/v1/keys?limit=1000', `/v1/studies?after=${'0'.repeat(26)}&limit=1000`];
      for (const page of pages) {
        const { text } = await service.get(page, other);
        expect(text).not.toContain(study);
        expect(text).not.toContain(key);
      }
      // The same name is free for the other tenant, and leads it to its own study.
      const own = await service.post('/v1/studies', studyNamed(study), other);
      expect(own.status).toBe(201);
      expect(own.body.id).not.toBe(id);
      expect((await service.get(`/v1/studies/${study}`, admin)).body.id).toBe(id);
      expect((await service.send('DELETE', `/v1/studies/${study}`, undefined, other)).status).toBe(204);
      expect((await service.get(`/v1/studies/${study}`, admin)).status).toBe(200);
    });

    it('does not replay one key’s answers to another key', async () => {
      const [one, other] = [await makeKey(['write']), await makeKey(['write'])];
      const { study } = await placeFor('ask');
      const asked = await Promise.all(
        [one, other].map(({ key }) =>
          service.post(`/v1/studies/${study}/ask`, {}, { ...bearer(key), 'idempotency-key': 'same' }),
        ),
      );
      expect(asked[0].body.trials[0].number).not.toBe(asked[1].body.trials[0].number);
    });

    it('lets a key expire at its time', async () => {
      const expires = new Date(Date.now() + 400).toISOString();
      const { key } = await makeKey(['read'], { expires });
      expect((await service.get('/v1/studies', bearer(key))).status).toBe(200);
      await pause(500);
      expect((await service.get('/v1/studies', bearer(key))).status).toBe(401);
    });

    it('lets a key revoke itself, at once and for good', async () => {
      const { id, key } = await makeKey(['admin']);
      const revoked = await service.send('DELETE', `/v1/keys/${id}`, undefined, bearer(key));
      expect(revoked.body.revoked).toMatch(/^\d{4}-/);
      expect((await service.get('/v1/studies', bearer(key))).status).toBe(401);
      const again = await service.send('DELETE', `/v1/keys/${id}`, undefined, admin);
      expect(again.body).toEqual(revoked.body);
    });

    it('shows a key once: not in lists, not to a repeated request', async () => {
      const headers = { ...admin, 'idempotency-key': 'make-me-one' };
      const first = await service.post('/v1/keys', { name: 'once' }, headers);
      expect(first.status).toBe(201);
      expect(first.body.scopes).toEqual(['read', 'write']);
      const secret = first.body.key.split('_').slice(2).join('_') as string;
      secrets.push(secret);
      const again = await service.post('/v1/keys', { name: 'once' }, headers);
      expect(again.body).toEqual({ ...first.body, key: null });
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      const listed = await service.get('/v1/keys?limit=1000', admin);
      expect(listed.body.data.map(({ id }: { id: string }) => id)).toContain(first.body.id);
      expect(listed.text).not.toContain(secret);
      const fields = listed.body.data.flatMap((key: object) => Object.keys(key));
      expect(new Set(fields)).toEqual(new Set(['id', 'name', 'scopes', 'created', 'expires', 'revoked']));
    });

    it('pages through its keys, the oldest first', async () => {
      const seen: string[] = [];
      let after = '';
      do {
        const { body } = await service.get(`/v1/keys?limit=7${after}`, admin);
        seen.push(...body.data.map(({ id }: { id: string }) => id));
        after = body.nextCursor === null ? '' : `&after=${body.nextCursor}`;
      } while (after !== '');
      expect(seen).toEqual([...seen].sort());
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBe((await service.get('/v1/keys?limit=1000', admin)).body.data.length);
    });

    it('has changed nothing that it refused to change', async () => {
      const { body } = await service.get(`/v1/studies/${refusingPlace.study}`, admin);
      expect(body).toMatchObject({ state: 'active', budget: { trials: 100 }, progress: { given: 1, running: 1 } });
    });

    it('stores no secret', async () => {
      const stored = await service.stored();
      expect(stored.length).toBeGreaterThan(10_000);
      expect(secrets.length).toBeGreaterThan(20);
      expect(secrets.every((secret) => secret.length === 43)).toBe(true);
      expect(secrets.filter((secret) => stored.includes(secret))).toEqual([]);
    });

    it('has had no fault', () => {
      expect(service.faults).toEqual([]);
    });
  });
}
