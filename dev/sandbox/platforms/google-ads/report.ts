import type { Thing, Tools } from '../../tools.ts'

// https://developers.google.com/google-ads/api/docs/query/grammar, as far as it is asked in.

const fields = /^(segments\.date|campaign\.(id|name|status)|customer\.currency_code|metrics\.[a-z_]+)$/
const pageRows = 10_000

/** A page of a report on campaigns by days; a text is the error that it is refused with. */
export function campaignReport(tools: Tools, customer: string, query: string, token: unknown): Thing | string {
  const [, selected = '', where = ''] =
    /^SELECT (.+?) FROM campaign WHERE (.+?)(?: ORDER BY [\w.]+(?: (?:ASC|DESC))?)?$/i.exec(query) ?? []
  const names = selected.split(',').map(name => name.trim())
  if (names.some(name => !fields.test(name))) return 'UNRECOGNIZED_FIELD'
  const [, from, to] = /^segments\.date BETWEEN '(\d{4}-\d\d-\d\d)' AND '(\d{4}-\d\d-\d\d)'$/i.exec(where) ?? []
  if (from === undefined || to === undefined) return 'UNEXPECTED_INPUT'
  if (from > to) return 'INVALID_DATE_RANGE'
  const start =
    token === undefined ? 0 : Number(Buffer.from(typeof token === 'string' ? token : '?', 'base64').toString())
  if (!Number.isInteger(start)) return 'INVALID_PAGE_TOKEN'
  const size = Number(tools.things.get('pages', customer, 'rows')?.['rows'] ?? pageRows)
  const rows = tools.things
    .list('report', customer)
    .map(rowOf)
    .filter(({ segments }) => (segments as Thing)['date']! >= from && (segments as Thing)['date']! <= to)
  const page = rows.slice(start, start + size)
  const more = start + size < rows.length ? { nextPageToken: Buffer.from(String(start + size)).toString('base64') } : {}
  // An empty list is left out, as Google's JSON does.
  return { ...(page.length === 0 ? {} : { results: page }), ...more, fieldMask: names.join(',') }
}

/** Whole numbers of 64 bits are texts. */
function rowOf({ date, id, name, ...metrics }: Thing): Thing {
  const campaign = { resourceName: `customers/1/campaigns/${String(id)}`, id: String(id), name }
  const figures = { impressions: '0', clicks: '0', costMicros: '0', conversions: 0, ...metrics }
  return { customer: { currencyCode: 'MYR' }, campaign, metrics: figures, segments: { date } }
}
