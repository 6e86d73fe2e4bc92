import { z } from 'zod'
import { itemPath, jsonObject, jsonPath, record, slug } from '../values.ts'
import { listDefinition } from './pages.ts'
import { marker } from './scope.ts'
import { transform } from './transforms.ts'

const simpleOptions = {
  transform: transform
    .exactOptional()
    .describe('How the value is written on the two sides; the same on both when absent'),
  only: z
    .enum(['read', 'create', 'new'])
    .exactOptional()
    .describe(
      '`read`: never written to the platform. `create`: written only with a new thing. `new`: read only for a new record, and never written',
    ),
  written: itemPath
    .exactOptional()
    .describe('Where what is written takes the value, where that is not where it is read'),
  nothing: z
    .union([z.string().max(200), z.number(), z.boolean()])
    .exactOptional()
    .describe('A value that stands for none, such as 0 for no customer'),
  also: record(itemPath, jsonPath, 5)
    .exactOptional()
    .describe('What is told besides of the record that it refers to: its canonical fields, by where they are said'),
  reference: slug
    .exactOptional()
    .describe(
      'The model of this platform whose item the value names by its id; the hub holds the id of the record that it stands for',
    ),
}

const readPath = z
  .union([itemPath, z.array(itemPath).min(2).max(5)])
  .describe('Where the platform has it; several places for a `join`')

export type MemberMapping = z.infer<typeof memberMapping>
/** A field of the objects of a list. */
const memberMapping = z.tuple([jsonPath, readPath, z.strictObject(simpleOptions).exactOptional()]).readonly()

const goesOn = z.strictObject({
  more: itemPath.describe('Where the item says so, by true'),
  rest: z
    .strictObject({
      list: listDefinition.describe("The whole list, page by page; `{id}` in its path is the item's id"),
      member: jsonPath.describe('Where one of the list has its id'),
      idAt: jsonPath.exactOptional().describe("Where the body takes the item's id, such as `variables.id`"),
    })
    .exactOptional()
    .describe('How all of it is read. Without it the field of an item whose list goes on does not fit'),
})

export type RowOptions = z.infer<typeof rowOptions>
const rowOptions = z.strictObject({
  key: jsonPath
    .exactOptional()
    .describe(
      'The member that says which row is meant; none can be taken out. Without it the place does, and those behind the last go',
    ),
  told: z.array(jsonPath).min(1).max(50).describe('What may be said of a row besides its fields'),
  cleared: z.union([z.null(), z.literal('')]).describe('What a member is set to in order to empty it'),
})

export type FieldOptions = z.infer<typeof fieldOptions>
export const fieldOptions = z.strictObject({
  ...simpleOptions,
  each: z
    .array(memberMapping)
    .min(1)
    .max(100)
    .exactOptional()
    .describe("The path leads to a list, such as an invoice's lines: the fields of each; to a merge it is one value"),
  where: marker.exactOptional().describe('Only those of the list that have this value, which what is written has too'),
  needed: z.literal(true).exactOptional().describe('Nothing new is made without it, as an invoice without its lines'),
  several: z.literal(true).exactOptional().describe('A list of one is none here: another field has what is in it'),
  constant: jsonObject.exactOptional().describe('What each of the list is written with besides'),
  goesOn: goesOn
    .exactOptional()
    .describe('An item has no more than the first of a long list, which must never be taken for all of it'),
  rows: rowOptions
    .exactOptional()
    .describe('An update changes the rows that there are one by one, and keeps of each what it does not say'),
  follows: record(itemPath, z.array(jsonPath).min(1).max(20), 20)
    .exactOptional()
    .describe(
      "Members of the platform's objects that follow from fields of the list, by their paths: where one of those changes they are not said again, as all else that the platform alone knows of an object is",
    ),
})

export type FieldMapping = z.infer<typeof fieldMapping>
/** A canonical path, the platform's path, and what is special about the field. */
export const fieldMapping = z.tuple([jsonPath, readPath, fieldOptions.exactOptional()]).readonly()
