import { sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import * as api from '../google-api.ts'
import * as google from '../google.ts'
import { controls } from './controls.ts'
import { known } from './sheet-store.ts'
import { answerSpreadsheets } from './spreadsheets.ts'

const at = 'https://www.googleapis.com/auth'
const files = [`${at}/drive`, `${at}/drive.readonly`, `${at}/drive.file`]
const sheets = [`${at}/spreadsheets`, `${at}/spreadsheets.readonly`, ...files]

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
  controls,
  async answer(exchange, tools) {
    if (await api.answerCommon(exchange, tools)) return
    const { req, res, host, path } = exchange
    if (host === 'sheets.googleapis.com' && path.startsWith('/v4/spreadsheets/'))
      return answerSpreadsheets(exchange, tools)
    if (host !== 'www.googleapis.com' || path !== '/drive/v3/files' || req.method !== 'GET')
      return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Requested entity was not found.')
    if (api.permitted(exchange, tools, [...files, `${at}/drive.metadata.readonly`]))
      sendJson(res, 200, { kind: 'drive#fileList', files: [{ id: known, name: 'Crossings' }] })
  },
}
