import type { CallErrors } from '../../src/catalogue/schema/calls.ts'
import { refusesCredential } from '../../src/calls/errors.ts'
import { startPlatform, type PlatformAnswer } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { at, clientOf, definitionOf } from './made.ts'

const hub = await createTestHub()
const platform = await startPlatform()

async function answered(errors: CallErrors, answer: PlatformAnswer): Promise<unknown> {
  platform.answerBy(() => answer)
  const client = clientOf(hub, definitionOf({ calls: { errors } }), at(platform.url))
  return client.call({ method: 'GET', path: '/x' }).then(
    ({ body }) => body ?? 'nothing',
    (error: unknown) => error,
  )
}

/** `{ ok: false, error: 'code' }` in a 200. */
const flagged: CallErrors = {
  code: 'error',
  inside200: { path: 'ok', equals: false },
  meanings: {
    token_revoked: 'dead-grant',
    ratelimited: 'rate-limited',
    channel_not_found: 'not-found',
    version_mismatch: 'stale',
    name_taken: 'duplicate',
    fatal_error: 'unavailable',
  },
}
/** `{ code: 0 }` where all went well. */
const numbered: CallErrors = { code: 'code', inside200: { path: 'code', unless: 0 }, meanings: { 40105: 'dead-grant' } }
/** GraphQL: a list of errors beside or instead of the data. */
const graphql: CallErrors = {
  code: ['errors.0.extensions.code', 'errors.0.code'],
  inside200: 'errors',
  meanings: { THROTTLED: 'rate-limited', ACCESS_DENIED: 'dead-grant' },
}

describe('an error inside a 200', () => {
  it.each<[string, string, string | undefined]>([
    ['token_revoked', 'PROVIDER_REJECTED', 'dead-grant'],
    ['ratelimited', 'RATE_LIMITED', undefined],
    ['channel_not_found', 'PROVIDER_REJECTED', 'not-found'],
    ['version_mismatch', 'PROVIDER_REJECTED', 'stale'],
    ['name_taken', 'PROVIDER_REJECTED', 'duplicate'],
    ['fatal_error', 'PROVIDER_ERROR', 'unavailable'],
    ['never_heard_of', 'PROVIDER_REJECTED', undefined],
  ])('%s is %s, %s', async (error, code, meaning) => {
    const found = await answered(flagged, { status: 200, body: { ok: false, error } })
    expect(found).toMatchObject({ code })
    if (code === 'RATE_LIMITED') expect(found).toMatchObject({ retryAfterMs: 2_000 })
    else expect(found).toMatchObject({ details: { status: 200, providerCode: error, ...(meaning && { meaning }) } })
    expect(refusesCredential(found)).toBe(meaning === 'dead-grant')
  })

  it('is told by another value than the one of success', async () => {
    const wrong = await answered(numbered, { status: 200, body: { code: 40105, message: 'canary' } })
    expect([wrong, refusesCredential(wrong)]).toMatchObject([{ details: { providerCode: '40105' } }, true])
    expect(await answered(numbered, { status: 200, body: { code: 40002 } })).toMatchObject({
      code: 'PROVIDER_REJECTED',
    })
    for (const body of [{ code: 0, data: {} }, { code: null }, { data: {} }, []])
      expect(await answered(numbered, { status: 200, body })).toEqual(body)
  })

  it('is told from what went well', async () => {
    expect(await answered(flagged, { status: 200, body: { ok: true, error: 'token_revoked' } })).toMatchObject({
      ok: true,
    })
    expect(await answered(graphql, { status: 200, body: { data: {}, errors: [] } })).toMatchObject({ data: {} })
    expect(await answered(graphql, { status: 204 })).toBe('nothing')
  })

  it('is told by what is missing beside it', async () => {
    const beside: CallErrors = { code: 'errors.0.type', inside200: { path: 'errors', without: 'data' } }
    const errors = [{ type: 'gone' }]
    expect(await answered(beside, { status: 200, body: { errors } })).toMatchObject({
      ...{ code: 'PROVIDER_REJECTED', details: { providerCode: 'gone' } },
    })
    for (const body of [{ data: { id: '1' }, errors }, { data: { id: '1' } }, { errors: [] }])
      expect(await answered(beside, { status: 200, body })).toEqual(body)
  })

  it('is found in a list, at the first place that has a code', async () => {
    const throttled = { errors: [{ message: 'canary', extensions: { code: 'THROTTLED' } }] }
    expect(await answered(graphql, { status: 200, body: throttled })).toMatchObject({ code: 'RATE_LIMITED' })
    const denied = { data: null, errors: [{ code: 'ACCESS_DENIED' }] }
    expect(refusesCredential(await answered(graphql, { status: 200, body: denied }))).toBe(true)
  })
})

describe('an error with a status of its own', () => {
  it.each<[number, string, string, string | undefined]>([
    [400, 'channel_not_found', 'PROVIDER_REJECTED', 'not-found'],
    [500, 'version_mismatch', 'PROVIDER_REJECTED', 'stale'],
    [400, 'fatal_error', 'PROVIDER_ERROR', 'unavailable'],
    [403, 'ratelimited', 'RATE_LIMITED', undefined],
    [500, 'other', 'PROVIDER_ERROR', undefined],
    [302, 'other', 'PROVIDER_ERROR', undefined],
  ])('%d %s is %s, %s', async (status, error, code, meaning) => {
    const found = await answered(flagged, { status, body: { error } })
    expect(found).toMatchObject({ code, ...(meaning && { details: { status, meaning } }) })
  })

  it('says the code alone, and that only where it looks like one', async () => {
    const found = await answered({ code: 'error' }, { status: 400, body: { error: 'canary text of a person' } })
    expect(found).toMatchObject({ code: 'PROVIDER_REJECTED', details: { status: 400 } })
    expect(JSON.stringify(found) + String(found)).not.toContain('canary')
    const numbered = await answered({ code: 'code' }, { status: 400, body: { code: 5010 } })
    expect(numbered).toMatchObject({ details: { providerCode: '5010' } })
  })
})

describe('words of a message, of a platform without codes', () => {
  const errors: CallErrors = { code: 'code', words: { 'changed by another user': 'stale' } }

  it('mean what the definition says, and are told to nobody', async () => {
    const message = 'Record has been changed by another User: canary'
    const stale = await answered(errors, { status: 400, body: { error: { message } } })
    expect(stale).toMatchObject({ code: 'PROVIDER_REJECTED', details: { status: 400, meaning: 'stale' } })
    expect(JSON.stringify(stale)).not.toContain('canary')
    const other = await answered(errors, { status: 400, body: { error: { message: 'Code is too long' } } })
    expect(other).toMatchObject({ details: { status: 400 } })
    expect((other as { details: object }).details).not.toHaveProperty('meaning')
  })
})
