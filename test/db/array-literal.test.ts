import { textArray, textArrayBytes } from '../../src/db/array-literal.ts'
import { createTestHub } from '../support/hub.ts'

const hub = await createTestHub()
const odd = ['a', '', 'null', 'NULL', 'Null', ' ', 'a b', 'a,b', '{a}', '"', '\\', '\\"', 'é', '😀', '\n', '-1']
const texts = [...odd, '2026-01-01T00:00:00Z', ...Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n))]

async function asRead(list: string | Buffer): Promise<(string | null)[]> {
  const { rows } = await hub.pool.query<{ texts: (string | null)[] }>('select $1::text[] as texts', [list])
  return rows[0]!.texts
}

describe('a list of texts reaches the database as it is', () => {
  it('as a literal', async () => {
    expect(await asRead(textArray([...texts, null]))).toEqual([...texts, null])
    expect(await asRead(textArray([]))).toEqual([])
  })

  it('as bytes', async () => {
    expect(await asRead(textArrayBytes(texts))).toEqual(texts)
    expect(await asRead(textArrayBytes([]))).toEqual([])
  })
})
