import { z } from 'zod'
import { asked } from '../calls.ts'
import { jsonObject, text } from '../values.ts'

// Sheets of a spreadsheet: a row of headings names the cells of the rows below it, and a column has the key of each.
// Each row is an item `{ key, row, cells }`, whose cells are named by the headings and null where they are empty.

export const gridPages = z
  .strictObject({
    ...asked,
    kind: z.literal('grid'),
    page: z.int().min(1).max(10_000).describe('How many rows one page holds'),
    sheet: text(200).describe('What the sheet is called'),
    headings: text(20).describe('The number of the row that has the headings'),
    key: text(200).describe('The heading of the column that has the keys'),
  })
  .describe(
    'A sheet of a spreadsheet, read as a whole, as rows that move have no places: its ranges, in A1 notation, are at `path` and `/values`. ' +
      'Rows of one key are an issue each, and are not written',
  )

const ofGrid = 'A row of the sheet, which is found by its key just before'

/** A row at the end, whose key is the record’s id unless a field says another. */
export const gridCreate = z
  .strictObject({
    kind: z.literal('grid'),
    constant: jsonObject.exactOptional().describe('What is written besides'),
  })
  .describe(ofGrid)

export const gridDelete = z.strictObject({ kind: z.literal('grid') }).describe(ofGrid)

export const gridBatch = z
  .strictObject({
    kind: z.literal('grid'),
    size: z.int().min(1).max(1_000).describe('At most so many rows in one call'),
  })
  .describe('Rows of the sheet, all of one operation in a call')

export const gridIdempotency = z
  .strictObject({ in: z.literal('grid') })
  .describe('The key of a row: a repeat finds the row that is there, and says what it has')
