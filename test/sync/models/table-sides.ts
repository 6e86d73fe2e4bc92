import { randomBytes } from 'node:crypto'
import type { Company } from '../company.ts'

export type Values = Record<string, unknown>

/** Somebody at a platform with one table of it, who says the hub's names for its columns. */
export interface Person {
  /** Makes the nth rows; gives their ids. */
  many(ns: readonly number[]): Promise<string[]>
  change(id: string, values: Values): Promise<unknown>
  remove(id: string): Promise<unknown>
  /** All rows that are there, with their ids. */
  rows(): Promise<(Values & { id: string })[]>
}

/** A platform whose tables are synced both ways, with a workspace's own columns. */
export interface Side {
  provider: string
  model: string
  method: string
  collection: string
  /** More than a page of its list. */
  count: number
  /** What a row is called by, and two texts that both sides may change. */
  named: string
  text: string
  other: string
  /** The hub's fields of the nth row: all that is mapped. */
  ours(n: number): Values
  refused: Values
  /** What the platform or the hub writes in its own way, and what the record then has. */
  normalised?: { hub: Values; becomes: Values }
  /** Whether a run is told of changes only. */
  hasFeed: boolean
  /** The start of the path of its writes, as a fault names them. */
  writes: string
  /** Makes a table, with what a sync of it is told. */
  table(company: Pick<Company, 'sandbox'>): Promise<{ config: Values; mapping: Values[]; person: Person }>
}

const workspace = 'b5a1e2c4-0001-4d6e-9f00-00000000aaaa'

type Told = [type: string, told: (value: unknown) => unknown, shown: (value: unknown) => unknown]

const pieces = (value: unknown) => (value as { plain_text: string }[]).map(piece => piece.plain_text).join('')
const richText = (value: unknown) => [{ text: { content: value } }]
const choice = (value: unknown) => (value as { name: string } | null)?.name
const same = (value: unknown) => value

/** The columns of the tests' data source, by the hub's names. */
const properties: Record<string, [column: string, ...Told]> = {
  title: ['Task', 'title', richText, pieces],
  description: ['Notes', 'rich_text', richText, pieces],
  status: ['Stage', 'status', name => ({ name }), choice],
  priority: ['How urgent', 'select', name => ({ name }), choice],
  assignee: ['E-mail', 'email', same, same],
  dueDate: ['Due: day', 'date', start => ({ start }), value => (value as { start: string } | null)?.start],
  labels: [
    'Tags',
    'multi_select',
    names => (names as string[]).map(name => ({ name })),
    value => (value as { name: string }[]).map(({ name }) => name),
  ],
  isUrgent: ['Urgent', 'checkbox', same, same],
}

const pageText = { transform: { kind: 'text', pieces: 'plain_text', written: 'text.content', longest: 2000 } }

/** What a person does in a workspace of Notion. */
export async function notionPerson({ sandbox }: Pick<Company, 'sandbox'>, account = workspace) {
  const call = async (method: string, path: string, body?: Values): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${sandbox.url}/_control/notion/${account}${path}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const columns = Object.values(properties).map(([column, type]) => [
    column,
    type === 'status' ? ['Open', 'Done'] : type,
  ])
  const source = (await call('POST', '/data-sources', { title: 'Tasks', columns: Object.fromEntries(columns) })) as {
    id: string
  }
  const told = (values: Values) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const [column, type, write] = properties[name]!
        return [column, { [type]: write(value) }]
      }),
    )
  return { call, source: source.id, told }
}

const notion: Side = {
  ...{ provider: 'notion', model: 'pages', method: 'secret', collection: 'tasks', count: 130 },
  ...{ named: 'title', text: 'description', other: 'priority', hasFeed: true },
  ours: n => ({
    ...{ title: `Task ${n}`, description: 'It leaks', status: 'Open', priority: 'High' },
    ...{ assignee: `ada${n}@example.com`, dueDate: '2026-03-01', labels: ['river', 'bug'], isUrgent: true },
  }),
  refused: { title: 'Bad', status: 'Dreaming' },
  writes: '/v1/pages',
  async table(company) {
    const { call, source, told } = await notionPerson(company)
    const mapping = [
      { field: 'description', path: 'properties.Notes.rich_text', ...pageText },
      { field: 'status', path: 'properties.Stage.status.name' },
      { field: 'priority', path: 'properties.How urgent.select.name' },
      { field: 'assignee', path: 'properties.E-mail.email' },
      { field: 'dueDate', path: 'properties.Due: day.date.start', transform: { kind: 'date', format: 'iso' } },
      { field: 'labels', path: 'properties.Tags.multi_select[].name' },
      { field: 'isUrgent', path: 'properties.Urgent.checkbox' },
    ]
    const at = `/data-sources/${source}/pages`
    const person: Person = {
      async many(ns) {
        return ((await call('POST', at, { many: ns.map(n => told(notion.ours(n))) })) as { ids: string[] }).ids
      },
      change: (id, values) => call('PATCH', `/pages/${id}`, { properties: told(values) }),
      remove: id => call('PATCH', `/pages/${id}`, { in_trash: true }),
      async rows() {
        const all = (await call('GET', at)) as { id: string; in_trash: boolean; properties: Record<string, Values> }[]
        return all.filter(page => !page.in_trash).map(page => ({ ...shownProperties(page.properties), id: page.id }))
      },
    }
    return { config: { dataSource: source }, mapping, person }
  },
}

function shownProperties(all: Record<string, Values>): Values {
  const shown = Object.entries(properties).map(([name, [column, type, , read]]) => [name, read(all[column]![type])])
  return Object.fromEntries(shown) as Values
}

/** The columns of the tests' sheet, by the hub's names. */
const headings: Record<string, string> = {
  displayName: 'Name',
  email: 'E-mail',
  phone: 'Phone no. (mobile)',
  notes: 'Notes',
  jobTitle: 'Job',
  birthday: 'Born on',
}
const columns = ['ID', ...Object.values(headings)]
const names = Object.keys(headings)

/** 30 December 1899 in days before 1970. */
const serial = (date: string) => Date.parse(date) / 86_400_000 + 25_569

/** What a person does in a spreadsheet of its own. */
export async function sheetPerson({ sandbox }: Pick<Company, 'sandbox'>, rowCount = 1000) {
  const spreadsheet = randomBytes(16).toString('hex')
  const call = async (method: string, path: string, body?: Values): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${sandbox.url}/_control/google-sheets${path}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  await call('PUT', '', { id: spreadsheet, title: 'Our people', rowCount, rows: [columns] })
  const at = `/${spreadsheet}/${encodeURIComponent('Our people')}`
  const rows = async () => (await call('GET', at)) as unknown[][]
  const cellOf = (name: string, value: unknown) => (name === 'birthday' ? { day: serial(String(value)) } : value)
  const placeOf = async (id: string) => (await rows()).findIndex(row => row[0] === id)
  return {
    ...{ call, at, rows, placeOf },
    config: { spreadsheet, sheet: 'Our people' },
    set: (cells: [row: number, column: number, value: unknown][]) => call('PATCH', at, { set: cells }),
    cellsOf: (values: Values, row: number) =>
      Object.entries(values).map(([name, value]): [number, number, unknown] => [
        ...([row, 1 + names.indexOf(name)] as const),
        cellOf(name, value),
      ]),
  }
}

const sheetMapping = [
  { field: 'email', path: 'cells.E-mail', transform: { kind: 'any-text' } },
  { field: 'phone', path: 'cells.Phone no\\. (mobile)', transform: { kind: 'any-text' } },
  { field: 'notes', path: 'cells.Notes', transform: { kind: 'any-text' } },
  { field: 'jobTitle', path: 'cells.Job' },
  { field: 'birthday', path: 'cells.Born on', transform: { kind: 'date', format: 'serial-days' } },
]

const googleSheets: Side = {
  ...{ provider: 'google-sheets', model: 'rows', method: 'oauth', collection: 'contacts', count: 530 },
  ...{ named: 'displayName', text: 'notes', other: 'jobTitle', hasFeed: false },
  ours: n => ({
    ...{ displayName: `Ada ${n}`, email: `ada${n}@example.com`, phone: '007', notes: '=SUM(A1)', jobTitle: 'CTO' },
    birthday: '1815-12-10',
  }),
  refused: { displayName: 'Long', notes: 'x'.repeat(50_001) },
  writes: '/v4/spreadsheets',
  async table(company) {
    const sheet = await sheetPerson(company)
    const person: Person = {
      async many(ns) {
        const from = (await sheet.rows()).length
        const cells = ns.map((n, index): [number, number, unknown][] => [
          [from + index, 0, `K-${n}`],
          ...sheet.cellsOf(googleSheets.ours(n), from + index),
        ])
        await sheet.set(cells.flat())
        return ns.map(n => `K-${n}`)
      },
      change: async (id, values) => sheet.set(sheet.cellsOf(values, await sheet.placeOf(id))),
      remove: async id => sheet.call('PATCH', sheet.at, { remove: await sheet.placeOf(id) }),
      rows: async () => (await sheet.rows()).slice(1).map(shownRow),
    }
    return { config: sheet.config, mapping: sheetMapping, person }
  },
}

function shownRow([id, ...cells]: unknown[]): Values & { id: string } {
  const shown = names.map((name, index) => {
    const cell = cells[index]
    const day = typeof cell === 'object' && cell !== null ? (cell as { day: number }).day : cell
    const isDay = name === 'birthday' && typeof day === 'number'
    return [name, isDay ? new Date((day - 25_569) * 86_400_000).toISOString().slice(0, 10) : cell]
  })
  return { ...(Object.fromEntries(shown) as Values), id: String(id) }
}

export const sides: Side[] = [notion, googleSheets]
