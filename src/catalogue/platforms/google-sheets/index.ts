import type { ProviderDefinition } from '../../schema/definition.ts'
import * as google from '../google.ts'
import { rows } from './models/rows.ts'

const scope = 'https://www.googleapis.com/auth'

export const googleSheets = {
  id: 'google-sheets',
  name: 'Google Sheets',
  docs: 'https://developers.google.com/workspace/sheets/api/guides/concepts',
  category: 'productivity',
  capabilities: ['spreadsheets', 'files'],
  links: {
    app: 'https://console.cloud.google.com/auth/clients',
    guide: 'https://developers.google.com/identity/protocols/oauth2/web-server',
    status: 'https://www.google.com/appsstatus/dashboard/',
  },
  environments: {
    production: {
      api: 'https://sheets.googleapis.com',
      // Sheets are found, made and shared as files.
      drive: 'https://www.googleapis.com',
      accounts: google.accounts,
    },
  },
  auth: [
    { ...google.oauth, defaultScopes: [`${scope}/spreadsheets`] },
    { ...google.serviceAccount, defaultScopes: [`${scope}/spreadsheets`] },
    { ...google.delegated, defaultScopes: [`${scope}/spreadsheets`] },
  ],
  // https://developers.google.com/workspace/sheets/api/scopes
  scopes: {
    ...google.identityScopes,
    [`${scope}/spreadsheets`]: 'See, change, make and delete all sheets',
    [`${scope}/spreadsheets.readonly`]: 'See all sheets',
    [`${scope}/drive.file`]: 'See and change the files that this app has made or been given',
    [`${scope}/drive.readonly`]: 'See all files of the drive',
    [`${scope}/drive.metadata.readonly`]: 'See what files are called, without what is in them',
    [`${scope}/drive`]: 'See, change, make and delete all files of the drive',
  },
  identity: google.identity,
  calls: { errors: google.errors },
  // 60 reads and 60 writes a minute for each person, five times that for a project:
  // https://developers.google.com/workspace/sheets/api/limits
  limits: [
    { kind: 'calls-per-window', per: 'connection', permits: 60, window: '1m' },
    { kind: 'calls-per-window', per: 'app', permits: 300, window: '1m' },
  ],
  models: { rows },
} satisfies ProviderDefinition
