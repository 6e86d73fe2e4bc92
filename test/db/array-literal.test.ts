import { textArray } from '../../src/db/array-literal.ts'
import { createTestHub } from '../support/hub.ts'

const hub = await createTestHub()

it('a list of texts reaches the database as it is', async () => {
  const texts = [
    ...[
      'a',
      '',
      'null',
      'NULL',
      'Null',
      ' ',
      'a b',
      'a,b',
      '{a}',
      '"',
      '\\',
      '\\"',
      'é',
      '😀',
      '\n',
      '-1',
      '2026-01-01T00:00:00Z',
    ],
    null,
    ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
  ]
  const { rows } = await hub.pool.query<{ texts: (string | null)[] }>('select $1::text[] as texts', [textArray(texts)])
  expect(rows[0]!.texts).toEqual(texts)
  expect((await hub.pool.query('select $1::text[] as texts', [textArray([])])).rows).toEqual([{ texts: [] }])
})
