import { filledModel } from '../../src/sync/mapping/filled-model.ts'
import type { ProviderCall, ProviderClient } from '../../src/calls/call.ts'
import { FeedOverflow } from '../../src/calls/pages/changes/feed-overflow.ts'
import { canTellSince, changesSince, fullPass } from '../../src/calls/pages/model-pages.ts'
import { readPages } from '../../src/calls/pages/read-pages.ts'
import { windowedPages } from '../../src/calls/pages/changes/windowed.ts'
import type { ModelDefinition } from '../../src/catalogue/schema/models.ts'
import { HubError } from '../../src/errors.ts'
import { modelOf } from './made.ts'

const now = new Date('2026-03-10T12:00:00Z')

/** A client whose platform answers by what was asked; `asked` has the query of each call. */
function played(answer: (query: Record<string, unknown>) => unknown) {
  const asked: Record<string, unknown>[] = []
  const client: ProviderClient = {
    async call(call: ProviderCall) {
      asked.push({ ...call.query })
      const calledAt = { base: 'https://x', url: 'https://x/items', hosts: [], unsaid: [] }
      return Promise.resolve({ status: 200, headers: {}, body: answer({ ...call.query }), calledAt })
    },
  }
  return { asked, client }
}

const refused = (status: number, providerCode: string) =>
  new HubError('PROVIDER_REJECTED', { details: { status, providerCode } })

describe('windows of days', () => {
  const dated = (about: object = {}): ModelDefinition =>
    modelOf({
      kind: 'append',
      list: { kind: 'page', path: '/items', page: 2, param: 'page', first: 1, end: 'short-page', items: 'data' },
      windows: { params: { from: '{from}', to: '{to}' }, format: 'date', days: 4, reach: '10d', again: 3, ...about },
    })
  async function windowsOf(
    model: ModelDefinition,
    since: Date | null,
    answer: (query: Record<string, unknown>) => unknown,
  ) {
    const { asked, client } = played(answer)
    const items: unknown[] = []
    const source = windowedPages(client, model, model.windows!, since, now)
    for await (const page of readPages(source, null, AbortSignal.timeout(10_000))) items.push(...page.items)
    return { items, windows: asked.map(({ from, to, page }) => `${String(from)} ${String(to)} ${String(page)}`) }
  }

  it('reach from as far back as is read to today, each read to its last page', async () => {
    const { windows, items } = await windowsOf(dated(), null, ({ from, page }) => ({
      data: from === '2026-03-04' && page === 1 ? [{ id: 1 }, { id: 2 }] : [{ id: `${String(from)} ${String(page)}` }],
    }))
    expect(windows).toEqual([
      ...['2026-02-28 2026-03-03 1', '2026-03-04 2026-03-07 1', '2026-03-04 2026-03-07 2', '2026-03-08 2026-03-10 1'],
    ])
    expect(items).toHaveLength(5)
  })

  it('begin with the days that may still have changed, never before what is within reach', async () => {
    const none = () => ({ data: [] })
    const since = (text: string) => windowsOf(dated(), new Date(text), none)
    expect((await since('2026-03-09T23:00:00Z')).windows).toEqual([
      '2026-03-06 2026-03-09 1',
      '2026-03-10 2026-03-10 1',
    ])
    expect((await since('2025-01-01T00:00:00Z')).windows[0]).toBe('2026-02-28 2026-03-03 1')
    // A clock that is ahead does not lead behind today.
    expect((await since('2026-04-01T00:00:00Z')).windows[0]).toBe('2026-03-07 2026-03-10 1')
  })

  it('are halved where a platform has more than it tells, until they are of one day', async () => {
    const model = dated({ tooLarge: ['TOO_MANY'], reach: '7d', days: 8 })
    const days = ({ from, to }: Record<string, unknown>) =>
      (Date.parse(String(to)) - Date.parse(String(from))) / 86_400_000 + 1
    const { windows } = await windowsOf(model, null, query => {
      if (days(query) > 2) throw refused(400, 'TOO_MANY')
      return { data: [] }
    })
    expect(windows.slice(0, 4)).toEqual([
      ...['2026-03-03 2026-03-10 1', '2026-03-03 2026-03-06 1', '2026-03-03 2026-03-04 1', '2026-03-05 2026-03-10 1'],
    ])
    const always = windowsOf(model, null, () => {
      throw refused(400, 'TOO_MANY')
    })
    await expect(always).rejects.toMatchObject({ code: 'PROVIDER_REJECTED' })
    const other = windowsOf(model, null, () => {
      throw refused(400, 'WRONG')
    })
    await expect(other).rejects.toMatchObject({ details: { providerCode: 'WRONG' } })
  })

  it.each([
    ['instant' as const, '2026-02-28T00:00:00Z', '2026-03-03T23:59:59Z'],
    ['unix-seconds' as const, '1772236800', '1772582399'],
  ])('are told as %s', async (format, from, to) => {
    const { windows } = await windowsOf(dated({ format }), null, () => ({ data: [] }))
    expect(windows[0]).toBe(`${from} ${to} 1`)
  })

  it('are told by parts of their days where a platform wants those', async () => {
    const model = dated({ params: { from: '{fromYear}/{fromMonth}/{fromDay}', to: '{toDay}' } })
    expect((await windowsOf(model, null, () => ({ data: [] }))).windows[0]).toBe('2026/2/28 3 1')
  })
})

describe('the token of a list', () => {
  const model = modelOf({
    list: {
      ...{ kind: 'cursor', path: '/items', page: 2, param: 'page', items: 'data' },
      ...{ next: { from: 'path', path: 'next' }, end: 'no-cursor' },
    },
    changedSince: { kind: 'token', param: 'sync', token: 'token', expired: [410], deletions: true },
  })
  const until = { since: now, token: 'T1' }

  it('comes with the last page, of everything and of changes, which are asked for with the one before', async () => {
    const { asked, client } = played(({ page, sync }) =>
      page === undefined ? { data: [], next: 'p2' } : { data: [{ id: 1 }], token: sync === 'T1' ? 'T2' : 'T1' },
    )
    const tokensOf = async (source: ReturnType<typeof fullPass>) => {
      const tokens: unknown[] = []
      for await (const { token } of readPages(source, null, AbortSignal.timeout(10_000))) tokens.push(token)
      return tokens
    }
    expect(await tokensOf(fullPass(client, model))).toEqual([undefined, 'T1'])
    expect(await tokensOf(changesSince(client, model, until)!)).toEqual([undefined, 'T2'])
    expect(asked.map(({ sync, page }) => [sync, page])).toEqual([
      ...[
        [undefined, undefined],
        [undefined, 'p2'],
      ],
      ...[
        ['T1', undefined],
        ['T1', 'p2'],
      ],
    ])
  })

  it('that is good no longer leads to a full pass, as none at all does', async () => {
    const { client } = played(() => {
      throw refused(410, 'fullSyncRequired')
    })
    const stop = AbortSignal.timeout(10_000)
    await expect(changesSince(client, model, until)!.fetch('', stop)).rejects.toThrow(FeedOverflow)
    // A full pass shows no token: its 410 is another matter.
    await expect(fullPass(client, model).fetch('', stop)).rejects.toThrow(HubError)
    expect(changesSince(client, model, { since: now, token: null })).toBeUndefined()
    expect([canTellSince(model, until, now), canTellSince(model, { ...until, token: null }, now)]).toEqual([
      true,
      false,
    ])
  })
})

describe('a model that asks', () => {
  const pattern = '^.+$'
  const model = modelOf({
    asks: [
      { name: 'form', label: 'Form', help: 'Its name', pattern },
      { name: 'place', label: 'Place', help: 'Its path', pattern },
    ],
    list: { kind: 'link', path: '/{account}/forms/{form}/at/{+place}', query: { of: 'form {form}' }, page: 2 },
    read: { path: '/forms/{form}/{id}' },
  })

  it('is filled with what a sync says, and leads no further than its segments', () => {
    const filled = filledModel(model, { form: 'a/b {id}?', place: 'c/d e', account: 'no' })
    expect(filled.list).toMatchObject({
      path: '/{account}/forms/a%2Fb%20%7Bid%7D%3F/at/c/d%20e',
      query: { of: 'form a/b {id}?' },
    })
    expect(filled.read).toEqual({ path: '/forms/a%2Fb%20%7Bid%7D%3F/{id}' })
    expect(() => filledModel(model, { form: '..', place: 'x' })).toThrow(HubError)
    expect(() => filledModel(model, { form: 'x', place: 'x/../y' })).toThrow(HubError)
    expect(() => filledModel(model, { form: 'x' })).toThrow(HubError)
  })
})
