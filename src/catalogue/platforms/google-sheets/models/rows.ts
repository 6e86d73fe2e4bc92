import type { ModelDefinition } from '../../../schema/models.ts'

const path = '/v4/spreadsheets/{spreadsheet}'
const text = { transform: { kind: 'any-text' } } as const

/** A sheet tells no changes and knows no versions: it is read as a whole. Its other columns are a workspace's to map. */
export const rows = {
  collection: 'contacts',
  summary: 'Rows of a sheet, which a column with keys tells apart',
  docs: 'https://developers.google.com/workspace/sheets/api/guides/values',
  asks: [
    {
      name: 'spreadsheet',
      label: 'Spreadsheet',
      help: 'What stands in its address behind /d/',
      pattern: '^[A-Za-z0-9_-]{20,100}$',
    },
    { name: 'sheet', label: 'Sheet', help: 'The name on its tab', pattern: '^[^{}\\n]{1,100}$', default: 'Sheet1' },
    {
      name: 'keyColumn',
      label: 'Column of keys',
      help: 'The heading of a column in which no two rows have the same; a new row gets its key from the hub',
      pattern: '^[^{}\\n]{1,100}$',
      default: 'ID',
    },
    {
      name: 'headingRow',
      label: 'Row of headings',
      help: 'The number of the row that names the columns',
      pattern: '^[1-9][0-9]{0,3}$',
      default: '1',
    },
  ],
  id: 'key',
  list: { kind: 'grid', path, page: 500, sheet: '{sheet}', headings: '{headingRow}', key: '{keyColumn}' },
  read: { path },
  create: { kind: 'grid' },
  // An empty text empties a cell; null would leave it.
  update: { kind: 'grid', sparse: 'cells', cleared: '' },
  delete: { kind: 'grid' },
  batch: { kind: 'grid', size: 500 },
  idempotency: { in: 'grid' },
  columns: 'cells',
  fields: [
    ['displayName', 'cells.Name', text],
    ['email', 'cells.Email', text],
  ],
} satisfies ModelDefinition
