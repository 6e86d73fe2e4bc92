import { GroupCommit } from '../../src/db/group-commit.ts'
import { createTestHub } from '../support/hub.ts'

const hub = await createTestHub({ name: 'group-commit' })
await hub.pool.query('create table written (word int, owner text)')
const writes: number[] = []

interface Word {
  owner: string
  text: string
}

/** Writes numbers; what is none fails all that are written with it. */
const writer = new GroupCommit<Word, string>({
  most: { rows: 1_000, bytes: 8 * 1024 * 1024, commits: 4 },
  ownerOf: ({ owner }) => owner,
  sizeOf: ({ text }) => ({ rows: 1, bytes: text.length }),
  async write(words) {
    writes.push(words.length)
    await hub.pool.query(
      'insert into written select word::int, owner from unnest($1::text[], $2::text[]) as t (word, owner)',
      [words.map(({ text }) => text), words.map(({ owner }) => owner)],
    )
    return words.map(({ text }) => `wrote ${text}`)
  },
})
const stored = async () => (await hub.pool.query<{ count: number }>('select count(*)::int from written')).rows[0]!.count

beforeEach(async () => {
  writes.length = 0
  await hub.pool.query('truncate written')
})

it('writes what comes at once in few commits, and tells each what became of it', async () => {
  const words = Array.from({ length: 2_500 }, (_, n) => ({ owner: `owner ${n % 3}`, text: String(n) }))
  expect(await Promise.all(words.map(word => writer.add(word)))).toEqual(words.map(({ text }) => `wrote ${text}`))
  expect(await stored()).toBe(2_500)
  expect(writes.length).toBeLessThan(10)
  expect(Math.max(...writes)).toBeLessThanOrEqual(1_000)
})

it('has one that cannot be written fail alone', async () => {
  const texts = Array.from({ length: 100 }, (_, n) => (n === 40 || n === 41 ? 'no number' : String(n)))
  const results = await Promise.allSettled(texts.map(text => writer.add({ owner: 'one', text })))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(98)
  expect(results.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([40, 41])
  expect(await stored()).toBe(98)
})

it('does not have a large one take the bound of the others', async () => {
  const large = 'x'.repeat(9 * 1024 * 1024)
  const results = await Promise.allSettled([large, '1', '2'].map(text => writer.add({ owner: 'one', text })))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
})

it('leaves an owner its turn beside another that has very many', async () => {
  const many = Array.from({ length: 5_000 }, (_, n) => writer.add({ owner: 'busy', text: String(n) }))
  const order: string[] = []
  void Promise.all(many).then(() => order.push('busy'))
  await writer.add({ owner: 'quiet', text: '1' }).then(() => order.push('quiet'))
  await Promise.all(many)
  expect(order).toEqual(['quiet', 'busy'])
})
