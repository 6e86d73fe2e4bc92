import { filePartReader } from '../../src/calls/pages/export/file-part.ts'
import type { NoExportReason } from '../../src/calls/pages/export/no-export.ts'
import { ExportUnderway } from '../../src/calls/pages/export/underway.ts'
import { fullPass } from '../../src/calls/pages/model-pages.ts'
import { readPages, type ReadPage } from '../../src/calls/pages/read-pages.ts'
import { startPlatform, type PlatformAnswer, type PlatformCall } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { at, clientOf, definitionOf, modelOf } from './made.ts'

const hub = await createTestHub()
const platform = await startPlatform()
const storage = await startPlatform()

const orders = modelOf({
  updatedAt: { path: 'at', format: 'iso' },
  list: { kind: 'link', path: '/orders', page: 100 },
  export: {
    kind: 'job',
    start: { path: '/jobs', body: { of: 'orders' }, job: 'job.id' },
    look: { path: '/jobs/{id}', state: 'state', underway: ['new', 'busy'], done: ['done'], file: 'file' },
    stop: { path: '/jobs/{id}/stop', body: {} },
    longest: '1h',
    file: { format: 'ndjson', nested: { parent: 'partOf', at: 'lines.nodes' } },
  },
})

interface Job {
  state: string
  file?: string | null
}

/** Plays a platform with jobs, whose list has one order that no file has. */
function play(job: Job | (() => Job), starts: PlatformAnswer = { status: 201, body: { job: { id: 'j1' } } }): void {
  for (const played of [platform, storage]) played.calls.length = 0
  platform.answerBy(({ method, path }) => {
    if (path === '/orders') return { status: 200, body: [{ id: 'listed', name: 'Listed' }] }
    if (method === 'POST') return path === '/jobs' ? starts : { status: 200, body: {} }
    return { status: 200, body: typeof job === 'function' ? job() : job }
  })
}

const file = () => `${storage.url}/out.ndjson?signature=canary-signature`

/** Serves a file, whole to whoever asks for a part unless it knows those. */
function serve(text: string, { ranges = true, gone = () => false }: { ranges?: boolean; gone?: () => boolean } = {}) {
  const bytes = Buffer.from(text)
  storage.answerBy(({ headers }: PlatformCall): PlatformAnswer => {
    if (gone()) return { status: 403 }
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
    if (!ranges || from === undefined) return { status: 200, text }
    if (Number(from) >= bytes.length) return { status: 416 }
    const part = bytes.subarray(Number(from), Number(to) + 1)
    const said = { 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` }
    return { status: 206, headers: said, text: part.toString() }
  })
}

const rows = (count: number, note = '') =>
  Array.from({ length: count }, (_, n) => [
    { id: `o${n}`, name: `Order ${n}${note}` },
    ...Array.from({ length: n % 3 }, (_, k) => ({ sku: `s${k}`, partOf: `o${n}` })),
  ]).flat()
const text = (all: readonly object[]) => all.map(row => `${JSON.stringify(row)}\n`).join('')

const reasons: NoExportReason[] = []

function pagesFrom(cursor: string | null, workspaceId = 'ws_made') {
  const client = clientOf(hub, definitionOf({}), at(platform.url))
  const ways = { read: filePartReader(hub, workspaceId), gaveUp: (reason: NoExportReason) => void reasons.push(reason) }
  return readPages(fullPass(client, orders, ways), cursor, AbortSignal.timeout(30_000))
}

async function read(cursor: string | null = null): Promise<ReadPage[]> {
  reasons.length = 0
  const pages: ReadPage[] = []
  for await (const page of pagesFrom(cursor)) {
    // What opens the file is kept nowhere.
    expect(JSON.stringify([page.cursor, page.next])).not.toContain('canary')
    pages.push(page)
  }
  return pages
}

const itemsOf = (pages: ReadPage[]) =>
  pages.flatMap(({ items }) => items) as { id: string; lines: { nodes: object[] } }[]
const isWhole = (pages: ReadPage[], count: number) => {
  expect(itemsOf(pages).map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, n) => `o${n}`))
  expect(itemsOf(pages).map(({ lines }) => lines.nodes.length)).toEqual(Array.from({ length: count }, (_, n) => n % 3))
  expect(JSON.stringify(pages)).not.toContain('partOf')
}

it('reads a list by the file that the platform makes of it, each thing with its parts', async () => {
  play({ state: 'done', file: file() })
  serve(text(rows(7)))
  isWhole(await read(), 7)
  expect(platform.calls.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['POST', '/jobs', '{"of":"orders"}'],
    ['GET', '/jobs/j1', ''],
  ])
  expect(platform.calls[0]!.headers.authorization).toBe('Bearer canary-token')
  // Whoever keeps the file is not the platform, and its address is proof enough.
  expect(JSON.stringify(storage.calls)).not.toContain('canary-token')
  expect(storage.calls.every(({ headers }) => headers.authorization === undefined)).toBe(true)
})

it.each([true, false])('reads a large file part by part, with range requests: %s', async ranges => {
  const note = 'x'.repeat(900)
  play({ state: 'done', file: file() })
  serve(text(rows(2_500, note)), { ranges })
  const pages = await read()
  isWhole(pages, 2_500)
  expect(pages.length).toBeGreaterThan(4)
  // Who knows no parts gives what is before each as well: fewer are asked for.
  if (ranges) expect(storage.calls.length).toBeGreaterThan(4)
  else expect(storage.calls).toHaveLength(2)
  for (const { items } of pages) expect(JSON.stringify(items).length).toBeLessThan(700_000)
  expect(new Set(pages.map(({ names }) => String(names))).size).toBe(pages.length)
})

it('goes on where a reader has stopped, with the same job', async () => {
  play({ state: 'done', file: file() })
  serve(text(rows(2_500, 'x'.repeat(900))))
  const before: ReadPage[] = []
  for await (const page of pagesFrom(null)) if (before.push(page) === 3) break
  const after = await read(before.at(-1)!.next)
  isWhole([...before, ...after], 2_500)
  expect(platform.calls.filter(({ method }) => method === 'POST')).toHaveLength(1)
})

it('takes more of the file at once where one thing is longer than a part', async () => {
  play({ state: 'done', file: file() })
  serve(
    text([
      { id: 'o0', name: 'Long' },
      ...Array.from({ length: 40_000 }, () => ({ sku: 's'.repeat(40), partOf: 'o0' })),
      { id: 'o1' },
    ]),
  )
  const items = itemsOf(await read())
  expect(items.map(({ id, lines }) => [id, lines.nodes.length])).toEqual([
    ['o0', 40_000],
    ['o1', 0],
  ])
})

it('says that it is to be waited for while the job goes on, longer each time, and costs no page', async () => {
  play({ state: 'busy' })
  const waitAt = async (takenMs: number) => {
    const cursor = `export ${JSON.stringify({ job: { id: 'j1', startedAt: Date.now() - takenMs }, from: 0 })}`
    const error = await read(cursor).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ExportUnderway)
    return (error as ExportUnderway).waitMs
  }
  expect(await waitAt(0)).toBe(500)
  expect(Math.round((await waitAt(60_000)) / 1_000)).toBe(12)
  // What takes longer than is waited for is ended, and the list read.
  expect(itemsOf(await read(`export ${JSON.stringify({ job: { id: 'j1', startedAt: 0 }, from: 0 })}`))).toMatchObject([
    { id: 'listed' },
  ])
  expect(platform.calls.some(({ path }) => path === '/jobs/j1/stop')).toBe(true)
  expect(reasons).toEqual(['too_long'])
})

it('has nothing where the file has none, which is not the same as no file', async () => {
  play({ state: 'done', file: null })
  expect(itemsOf(await read())).toEqual([])
  play({ state: 'done' })
  expect(itemsOf(await read())).toMatchObject([{ id: 'listed' }])
  expect(reasons).toEqual(['file_unreadable'])
})

it.each<[string, Job, PlatformAnswer | undefined, string, NoExportReason]>([
  ['the platform starts none', { state: 'done' }, { status: 200, body: { errors: ['full'] } }, '', 'refused'],
  ['the platform refuses it', { state: 'done' }, { status: 403, body: {} }, '', 'refused'],
  ['the job failed', { state: 'failed' }, undefined, '', 'failed'],
  ['the file is none', { state: 'done', file: 'yes' }, undefined, '{"id":"o0"}\nnothing\n', 'file_unreadable'],
  ['a part is nobody’s', { state: 'done', file: 'yes' }, undefined, '{"sku":"s","partOf":"o9"}\n', 'file_unreadable'],
  ['the file is at a private address', { state: 'done', file: 'http://10.0.0.1/f' }, undefined, '', 'file_refused'],
  ['the file is at no address', { state: 'done', file: 'file:///etc/hosts' }, undefined, '', 'file_refused'],
  ['the file’s way is open to all', { state: 'done', file: 'http://example.com/f' }, undefined, '', 'file_refused'],
])('reads the list by its pages where %s', async (_, job, starts, content, reason) => {
  play(job.file === 'yes' ? { ...job, file: file() } : job, starts)
  serve(content)
  expect(itemsOf(await read())).toMatchObject([{ id: 'listed' }])
  expect(reasons).toEqual([reason])
})

it('asks the job for another address where one is good no longer, and for the pages where that is none either', async () => {
  let looks = 0
  play(() => ({ state: 'done', file: `${file()}&look=${++looks}` }))
  serve(text(rows(2_500, 'x'.repeat(900))), { gone: () => storage.calls.length === 3 })
  isWhole(await read(), 2_500)
  expect([looks, reasons]).toEqual([2, []])
  serve('', { gone: () => true })
  expect(itemsOf(await read()).at(-1)).toMatchObject({ id: 'listed' })
  expect(reasons).toEqual(['file_refused'])
})

it('fails, to be tried again, where the keeper of the file is in trouble', async () => {
  play({ state: 'done', file: file() })
  storage.answerBy(() => ({ status: 503 }))
  await expect(read()).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
})
