import { randomBytes } from 'node:crypto'
import { knownPrivateKey } from '../../dev/sandbox/known-key.ts'
import { failure, led, load, personOf, sandbox, type Untyped } from './judged.ts'

// Google’s client works with the cells of spreadsheets.

const person = async (method: string, path: string, body?: object): Promise<Untyped> => {
  const headers = { 'content-type': 'application/json' }
  const said = body === undefined ? {} : { headers, body: JSON.stringify(body) }
  return (await fetch(`${sandbox.url}/_control/google-sheets${path}`, { method, ...said })).json()
}

describe('Google’s client of spreadsheets', () => {
  const { JWT } = load('google-auth-library')
  const spreadsheetId = randomBytes(16).toString('hex')
  const of = (scope: string): Untyped => {
    const email = personOf('google-sheets', 'service-account').credentials!['clientEmail']
    const auth = new JWT({
      ...{ email, key: knownPrivateKey, scopes: [`https://www.googleapis.com/auth/${scope}`] },
      transporterOptions: { fetchImplementation: led('google-sheets') },
    })
    return load('@googleapis/sheets').sheets({ version: 'v4', auth }).spreadsheets
  }
  const spreadsheets = of('spreadsheets')
  const { values } = spreadsheets
  const at = { spreadsheetId }
  const raw = { valueInputOption: 'RAW' }
  const full = { valueRenderOption: 'UNFORMATTED_VALUE' }
  const message = async (work: Promise<unknown>) => (await failure(work)).message as string
  const get = async (range: string, how: object = full) => (await values.get({ ...at, range, ...how })).data

  beforeAll(async () => {
    const rows = [['ID', 'Name', 'Born'], ['a', 'Ada', { day: 100 }], [], ['c', 7, true, '']]
    await person('PUT', '', { id: spreadsheetId, title: 'Our people', rowCount: 20, rows })
  })

  it('reads ranges, without what is empty at their ends, formatted or not', async () => {
    expect((await get("'Our people'!1:20")).values).toEqual([
      ['ID', 'Name', 'Born'],
      ['a', 'Ada', 100],
      [],
      ['c', 7, true],
    ])
    expect((await get('Our people', {})).values[3]).toEqual(['c', '7', 'TRUE'])
    expect((await get('B2:C2', {})).values).toEqual([['Ada', '09/04/1900']])
    expect((await get('B5:C9')).values).toBeUndefined()
    expect(await message(get('Nowhere!A1'))).toContain('Unable to parse range')
    expect(await message(get('A21:B22'))).toContain('exceeds grid limits')
    const { data } = await spreadsheets.get({ ...at, fields: 'sheets.properties' })
    expect(data.sheets[0].properties).toMatchObject({
      sheetId: 7,
      title: 'Our people',
      gridProperties: { rowCount: 20 },
    })
    const { valueRanges } = (await values.batchGet({ ...at, ranges: ['A1:A2', 'B4'], ...full })).data
    expect(valueRanges.map((one: Untyped) => one.values)).toEqual([[['ID'], ['a']], [[7]]])
  })

  it('writes cells as they are or as if typed, leaves nulls and empties by empty texts', async () => {
    const include = { includeValuesInResponse: true, responseValueRenderOption: 'UNFORMATTED_VALUE' }
    const write = (range: string, row: unknown[], how: object = raw) =>
      values.batchUpdate({ ...at, requestBody: { ...how, ...include, data: [{ range, values: [row] }] } })
    const { data } = await write('A2:D2', [null, '007', '', '=A1'])
    expect(data.responses[0].updatedData.values).toEqual([['a', '007', '', '=A1']])
    await values.update({
      ...at,
      range: 'B2',
      valueInputOption: 'USER_ENTERED',
      requestBody: { values: [['007', 'x']] },
    })
    expect((await get('A2:D2')).values).toEqual([['a', 7, 'x', '=A1']])
    expect(await message(write('A2:B2', ['a', 'b', 'c']))).toContain('tried writing to column [C]')
    expect(await message(write('A2', ['x'.repeat(50_001)]))).toContain('50000 characters')
    expect(await message(write('A2', [{ a: 1 }]))).toContain('Invalid values')
    expect(await message(write('A2', ['a'], {}))).toContain("'valueInputOption' is required")
    expect((await failure(of('spreadsheets.readonly').values.clear({ ...at, range: 'A1' }))).status).toBe(403)
  })

  it('appends behind the table, moves what is below down, and deletes rows', async () => {
    const append = async (row: unknown[]) => {
      const how = { ...raw, insertDataOption: 'INSERT_ROWS', includeValuesInResponse: true }
      const { data } = await values.append({
        ...at,
        range: "'Our people'!A1:C1",
        ...how,
        requestBody: { values: [row] },
      })
      return data
    }
    const first = await append(['d', 'Lin'])
    expect(first.updates.updatedRange).toMatch(/^'Our people'!A3/)
    expect((await get('A1:A9')).values.map(([id]: string[]) => id)).toEqual(['ID', 'a', 'd', undefined, 'c'])
    const range = { sheetId: 7, dimension: 'ROWS', startIndex: 1, endIndex: 2 }
    const change = (requests: object[]) => spreadsheets.batchUpdate({ ...at, requestBody: { requests } })
    await change([{ deleteDimension: { range } }])
    expect((await get('A1:A9')).values.map(([id]: string[]) => id)).toEqual(['ID', 'd', undefined, 'c'])
    const elsewhere = [{ deleteDimension: { range } }, { deleteDimension: { range: { ...range, sheetId: 8 } } }]
    expect(await message(change(elsewhere))).toContain('No grid with id: 8')
    expect((await get('A1:A9')).values).toHaveLength(4)
  })
})
