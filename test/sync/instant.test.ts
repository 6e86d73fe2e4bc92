import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { isoInstant, unixInstant } from '../../src/sync/mapping/instant.ts'

describe('a time of a platform', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00.1234567z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00,5Z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T04:00:00-08:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T05:00:00-07', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T05:00-0700', '2026-01-31T12:00:00.000Z'],
    ['2026-02-01T02:00:00+14:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31 12:00:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-12-31T23:59:60Z', '2027-01-01T00:00:00.000Z'],
  ])('%s is read', (text, expected) => {
    expect(isoInstant(text)?.toISOString()).toBe(expected)
  })

  it.each([
    'Customer 1',
    '5',
    '',
    'soon',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-01-01T24:00:00Z',
    '0000-01-01',
    '2026-01-31T12:00:00+25:00',
  ])('%p is none', text => expect(isoInstant(text)).toBeUndefined())

  it('that names no zone is read in its definition’s, and never in that of the process', () => {
    expect(isoInstant('2026-01-31T12:00:00', '+08:00')?.toISOString()).toBe('2026-01-31T04:00:00.000Z')
    const file = join(import.meta.dirname, '../../src/sync/mapping/instant.ts')
    const script = `import { isoInstant } from ${JSON.stringify(file)}; console.log(isoInstant('2026-07-31 12:00:00').toISOString(), new Date(2026, 0).getTimezoneOffset())`
    const env = { ...process.env, TZ: 'America/Los_Angeles', NODE_OPTIONS: '' }
    const said = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
      env,
      encoding: 'utf8',
    })
    expect(said.trim()).toBe('2026-07-31T12:00:00.000Z 480')
  })

  it('in seconds is a number or its digits', () => {
    expect([5, '5', 1.5].map(value => unixInstant(value)?.getTime())).toEqual([5_000, 5_000, 1_500])
    expect([null, '', true, 'x', 1e300, Number.NaN].map(unixInstant)).toEqual(Array(6).fill(undefined))
  })
})
