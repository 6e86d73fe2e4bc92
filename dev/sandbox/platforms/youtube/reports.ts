import { type Exchange, sendJson } from '../../http.ts'
import type { Granted, Tools } from '../../tools.ts'
import * as api from '../google-api.ts'

// https://developers.google.com/youtube/analytics/reference/reports/query

const known = [
  'views',
  'likes',
  'comments',
  'shares',
  'estimatedMinutesWatched',
  'subscribersGained',
  'subscribersLost',
]

/** A channel's figures by days: a row for each, with its values in the order of the columns. */
export function answerReport(exchange: Exchange, tools: Tools, { account }: Granted): void {
  const { res, query } = exchange
  const bad = (reason: string, message: string) => api.refuse(exchange, 400, 'INVALID_ARGUMENT', reason, message)
  if (!['channel==MINE', `channel==${account}`].includes(query.get('ids') ?? ''))
    return bad('badRequest', 'The query is not supported: ids')
  const [start, end] = ['startDate', 'endDate'].map(name => query.get(name) ?? '')
  if (![start!, end!].every(day => /^\d{4}-\d\d-\d\d$/.test(day)) || start! > end!)
    return bad('invalid', 'Invalid value for startDate or endDate')
  const metrics = (query.get('metrics') ?? '').split(',')
  if (metrics.some(name => !known.includes(name))) return bad('invalid', 'Unknown identifier given in field metrics')
  if (query.get('dimensions') !== 'day') return bad('badRequest', 'The query is not supported: dimensions')
  const rows = tools.things
    .list('reports', account)
    .filter(row => String(row['day']) >= start! && String(row['day']) <= end!)
    .sort((one, other) => String(one['day']).localeCompare(String(other['day'])))
    .map(row => [row['day'], ...metrics.map(name => row[name] ?? 0)])
  const columnHeaders = [
    { name: 'day', columnType: 'DIMENSION', dataType: 'STRING' },
    ...metrics.map(name => ({ name, columnType: 'METRIC', dataType: 'INTEGER' })),
  ]
  sendJson(res, 200, { kind: 'youtubeAnalytics#resultTable', columnHeaders, rows })
}
