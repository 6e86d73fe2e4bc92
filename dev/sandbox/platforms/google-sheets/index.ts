import { sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import * as api from '../google-api.ts'
import * as google from '../google.ts'

const at = 'https://www.googleapis.com/auth'
const files = [`${at}/drive`, `${at}/drive.readonly`, `${at}/drive.file`]
const sheets = [`${at}/spreadsheets`, `${at}/spreadsheets.readonly`, ...files]
const spreadsheet = '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms'

/** https://developers.google.com/workspace/sheets/api/reference/rest */
export const googleSheets: SandboxPlatform = {
  id: 'google-sheets',
  hosts: [...google.hosts, 'sheets.googleapis.com', 'www.googleapis.com'],
  oauth: google.oauthOf('Google Sheets', [...sheets, `${at}/drive.metadata.readonly`]),
  apps: [google.google],
  keys: google.keys,
  people: {
    oauth: { externalAccountId: Object.keys(google.people)[0]! },
    'service-account': google.robot,
    delegated: google.delegate,
  },
  refusal: api.refusal,
  async answer(exchange, tools) {
    if (await api.answerCommon(exchange, tools)) return
    const { req, res, host, path } = exchange
    const isDrive = host === 'www.googleapis.com' && path === '/drive/v3/files'
    const [, id, range] = /^\/v4\/spreadsheets\/([^/]+)(?:\/values\/([^/]+))?$/.exec(path) ?? []
    if (req.method !== 'GET' || !(isDrive || id))
      return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Requested entity was not found.')
    const granted = api.permitted(exchange, tools, isDrive ? [...files, `${at}/drive.metadata.readonly`] : sheets)
    if (!granted) return
    const properties = { title: 'Crossings', locale: 'en_GB', timeZone: 'Etc/UTC' }
    if (isDrive) return sendJson(res, 200, { kind: 'drive#fileList', files: [{ id: spreadsheet, name: 'Crossings' }] })
    if (id !== spreadsheet) return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Requested entity was not found.')
    if (range === undefined)
      return sendJson(res, 200, {
        spreadsheetId: id,
        properties,
        sheets: [{ properties: { sheetId: 0, title: 'Sheet1' } }],
      })
    const values = [['Name', 'Amount'], ['Ada', '3'], ['Grace', '4']] // prettier-ignore
    sendJson(res, 200, { range: decodeURIComponent(range), majorDimension: 'ROWS', values })
  },
}
