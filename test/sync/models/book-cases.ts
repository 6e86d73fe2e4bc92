import { eventually } from '../../connections/accounts.ts'
import { patch, records, type ShownRecord } from '../company.ts'
import type { Books, Model, Values } from './book-accounts.ts'
import type { Side } from './book-sides.ts'

/** What is shown of a side, where its platform can do it. */
export interface Case {
  title: string
  /** Whether it is about something that the platform can do. */
  isOf: (side: Side) => boolean
  show: (side: Side) => Promise<void>
}

const always = () => true
const isEditable = ({ text }: Side) => text !== undefined

export const recordsOf = ({ account }: Books, model: Model, query = '') => records(account, query, model)
export const runOf = async ({ books, model }: Side) => (await books.run(model))[0]!

/** The id of the record that stands for something, which is pulled where it is not there yet. */
export const recordId = (books: Books) => async (model: Model, field: string, name: string) => {
  const look = async () => (await recordsOf(books, model)).find(({ data }) => data[field] === name)?.id
  const found = await look()
  if (found !== undefined) return found
  await books.run(model)
  return (await look())!
}

export async function recordNamed({ books, model, named }: Side, name: string, query = ''): Promise<ShownRecord> {
  const found = (await recordsOf(books, model, query)).find(({ data }) => data[named] === name)
  if (!found) throw new Error(`no record named ${name}`)
  return found
}

export async function made({ books, model }: Side, data: Values): Promise<ShownRecord> {
  const { workspace } = books.account
  const { status, body } = await workspace.request<ShownRecord>('POST', '/v1/records', { collection: model, data })
  if (status !== 201) throw new Error(`not made: ${JSON.stringify(body)}`)
  return body
}

/** The cases of a side, by their titles: what its platform cannot do is none. */
export function casesOf(side: Side): [title: string, show: () => Promise<void>][] {
  return cases.filter(({ isOf }) => isOf(side)).map(({ title, show }) => [title, () => show(side)])
}

/** The same, begun one after the other beside those of other sides: a platform's limits are each side's own, and most is waiting. */
export function casesBegun(side: Side): [title: string, end: () => Promise<void>][] {
  let before: Promise<unknown> = Promise.resolve()
  return casesOf(side).map(([title, show]) => {
    const shown = before.then(show)
    before = shown.catch(() => undefined)
    return [title, () => shown]
  })
}

const cases: readonly Case[] = [
  {
    title: 'come as they are',
    isOf: always,
    async show(side) {
      await side.make('Pulled')
      expect((await runOf(side)).status).toMatch(/succeeded|completed/)
      await recordNamed(side, 'Pulled')
    },
  },
  {
    title: 'come as a person changes them',
    isOf: isEditable,
    async show(side) {
      const id = await side.make('Changed')
      await runOf(side)
      const record = await recordNamed(side, 'Changed')
      await side.edit(id, '2026-03-09')
      await runOf(side)
      const now = await recordNamed(side, 'Changed')
      expect([now.id, now.data[side.text!]]).toEqual([record.id, '2026-03-09'])
    },
  },
  {
    title: 'go as the hub makes them, once each, and their echo is none',
    isOf: always,
    async show(side) {
      await made(side, await side.data('Pushed'))
      expect((await runOf(side)).counts).toMatchObject({ failed: 0, pushed: 1 })
      await eventually('the thing that was made', () => side.find('Pushed'))
      await isAtRest(side, 'Pushed')
    },
  },
  {
    title: 'go as the hub changes them, and their echo is none',
    isOf: isEditable,
    async show(side) {
      const record = await made(side, await side.data('Pushed anew'))
      expect((await runOf(side)).counts).toMatchObject({ failed: 0, pushed: 1 })
      const id = await eventually('the thing that was made', () => side.find('Pushed anew'))
      await patch(side.books.account, record.id, { [side.text!]: '2026-03-10' })
      expect((await runOf(side)).counts).toMatchObject({ failed: 0, pushed: 1 })
      expect(await side.show(id)).toMatchObject({ text: '2026-03-10' })
      await isAtRest(side, 'Pushed anew')
    },
  },
  {
    title: 'are settled by the policy where both sides changed one field',
    isOf: isEditable,
    async show(side) {
      const { text } = side
      const id = await side.make('Disputed')
      await runOf(side)
      await patch(side.books.account, (await recordNamed(side, 'Disputed')).id, { [text!]: '2026-01-01' })
      await side.edit(id, '2026-02-02')
      expect((await runOf(side)).counts).toMatchObject({ conflicts: 1, pushed: 0 })
      expect((await recordNamed(side, 'Disputed')).data[text!]).toBe('2026-02-02')
    },
  },
  {
    title: 'are deleted on the other side when they are on one',
    isOf: always,
    async show(side) {
      const [gone, dropped] = [await side.make('Gone'), await side.make('Dropped')]
      await runOf(side)
      const record = await recordNamed(side, 'Dropped')
      await side.remove(gone)
      const { workspace } = side.books.account
      await workspace.request('DELETE', `/v1/records/${record.id}`)
      if (side.isFoundGoneByList)
        await workspace.request('POST', `/v1/syncs/${side.books.syncs[side.model]}/runs`, { full: true })
      await eventually('the end of the run', async () => (await runOf(side)).counts !== undefined)
      expect(await side.show(dropped)).toBeUndefined()
      await expect(recordNamed(side, 'Gone')).rejects.toThrow()
    },
  },
  {
    title: 'go one by one when one of them is refused',
    isOf: always,
    async show(side) {
      const all = await Promise.all([side.data('Good 1'), side.refused('Bad'), side.data('Good 2')])
      for (const data of all) await made(side, data)
      expect((await runOf(side)).counts).toMatchObject({ pushed: 2, failed: 1 })
      expect(await Promise.all([side.find('Good 1'), side.find('Good 2')])).toEqual([
        expect.any(String),
        expect.any(String),
      ])
    },
  },
  {
    title: 'are looked at again where the platform has a newer version than the write was based on',
    isOf: side => side.other !== undefined,
    async show(side) {
      const id = await side.make('Clashing')
      await runOf(side)
      const { workspace } = side.books.account
      const direct = (direction: string) =>
        workspace.request('PATCH', `/v1/syncs/${side.books.syncs[side.model]}`, { direction })
      await direct('push')
      await side.other!(id)
      await patch(side.books.account, (await recordNamed(side, 'Clashing')).id, { [side.text!]: '2026-04-04' })
      expect((await runOf(side)).counts).toMatchObject({ pushed: 1, failed: 0 })
      expect(await side.show(id)).toMatchObject({ text: '2026-04-04' })
      await direct('both')
    },
  },
  {
    title: 'are not overwritten where somebody has changed them since they were last seen',
    isOf: isEditable,
    async show(side) {
      const { text, books, model } = side
      const id = await side.make('Raced')
      await runOf(side)
      const { workspace } = books.account
      const direct = (direction: string) => workspace.request('PATCH', `/v1/syncs/${books.syncs[model]}`, { direction })
      await direct('push')
      await side.edit(id, '2026-05-05')
      await patch(books.account, (await recordNamed(side, 'Raced')).id, { [text!]: '2026-06-06' })
      expect((await runOf(side)).counts).toMatchObject({ pushed: 0, conflicts: 1, failed: 0 })
      expect((await recordNamed(side, 'Raced')).data[text!]).toBe('2026-05-05')
      await direct('both')
    },
  },
  {
    title: 'wait where the platform says that it has enough',
    // One of each platform shows it: all are called in the same way.
    isOf: ({ model }) => model === 'customers',
    async show(side) {
      await side.slowDown()
      await made(side, await side.data('Later'))
      expect((await runOf(side)).counts).toMatchObject({ pushed: 1, failed: 0 })
      expect(await side.find('Later')).toEqual(expect.any(String))
    },
  },
]

/** Neither side is told anything more of what was pushed. */
async function isAtRest(side: Side, name: string): Promise<void> {
  const { version } = await recordNamed(side, name)
  for (let again = 0; again < 2; again++) {
    expect((await runOf(side)).counts).toMatchObject({ pushed: 0, created: 0, updated: 0, failed: 0 })
  }
  expect((await recordNamed(side, name)).version).toBe(version)
}
