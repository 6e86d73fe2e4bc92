import { z } from 'zod'
import { readDefinition, readManyDefinition } from './calls.ts'
import { exportDefinition } from './items/export.ts'
import { changeFeed } from './items/feeds.ts'
import { fieldMapping } from './items/fields.ts'
import { lookupDefinition, matchKeys } from './items/lookup.ts'
import { listDefinition } from './items/pages.ts'
import { asks, marker, skipped } from './items/scope.ts'
import { windows } from './items/windows.ts'
import { code, eachPath, httpsUrl, itemPath, jsonPath, record, slug, text } from './values.ts'
import { batchDefinition, deleteDefinition, idempotency, updateDefinition, writeDefinition } from './items/writes.ts'

const updatedAt = z.discriminatedUnion('format', [
  z
    .strictObject({
      path: itemPath,
      format: z.literal('iso'),
      zone: z
        .string()
        .regex(/^[+-]\d\d:\d\d$/)
        .exactOptional()
        .describe('The offset, such as `+08:00`, of times that name none; else UTC'),
    })
    .describe('ISO 8601'),
  z.strictObject({ path: itemPath, format: z.literal('unix-seconds') }).describe('Seconds since 1970'),
  z.strictObject({ path: itemPath, format: z.literal('unix-milliseconds') }).describe('Milliseconds since 1970'),
  z.strictObject({ path: itemPath, format: z.literal('dotnet') }).describe('`/Date(1690000000000+0000)/`'),
])

const codes = z.array(code).max(50).exactOptional()

export type ModelDefinition = z.infer<typeof modelDefinition>
/** One kind of thing that a platform keeps and the hub can sync. */
export const modelDefinition = z.strictObject({
  collection: slug.describe("The hub's collection that it maps to by default; its fields are in docs/collections.md"),
  summary: text(300),
  docs: httpsUrl.describe("The platform's documentation of it"),
  kind: z
    .literal('append')
    .exactOptional()
    .describe(
      '`append`: dated figures and other things that the platform does not keep listing: what a list leaves out is not gone. They are only read',
    ),
  asks: asks
    .exactOptional()
    .describe(
      'What a sync of it is asked for, such as a repository: `{name}` in paths, queries and bodies is filled from it',
    ),
  id: jsonPath.describe('Where its id is'),
  idWith: z
    .array(jsonPath)
    .min(1)
    .max(12)
    .exactOptional()
    .describe('What else belongs to the id, where no one member names a thing, such as a day and a country'),
  skip: z
    .array(skipped)
    .min(1)
    .max(10)
    .exactOptional()
    .describe('What marks something on the list that is no such thing, and is left out'),
  version: jsonPath
    .exactOptional()
    .describe('Where the token is that an update has to bring along; a stale one is refused by the platform'),
  versionRises: z
    .literal(true)
    .exactOptional()
    .describe(
      'The version is a number that rises with each change: of two sightings the one with the higher number is the later',
    ),
  brings: record(eachPath, itemPath, 10)
    .exactOptional()
    .describe(
      'Instead of a version: what an update says again of the item as it was last seen, such as the id of what it is a part of or the quantity that it replaces; by where it is said, where the item has it. What is changed there is said instead',
    ),
  updatedAt: updatedAt.exactOptional().describe('Where the time of its last change is'),
  gone: z
    .array(marker)
    .max(10)
    .exactOptional()
    .describe('What marks a thing that is still answered but counts as deleted'),
  list: listDefinition.describe('How a platform hands out a list in pages, and what the end of it looks like'),
  export: exportDefinition
    .exactOptional()
    .describe(
      'How the platform makes a file of the whole list: everything is read from that, and by the list where it makes none',
    ),
  listed: z
    .literal('in-part')
    .exactOptional()
    .describe(
      'A list shows a part of each thing: one whose version is not as it was last seen is read by its id, and once a day each is',
    ),
  changedSince: changeFeed
    .exactOptional()
    .describe('How to ask for what has changed only; without it every run reads everything'),
  windows: windows.exactOptional().describe('How a list of dated things is read, some days at a time'),
  read: readDefinition
    .exactOptional()
    .describe('One thing by its id. Without it nobody can say whether what a list leaves out is gone'),
  readMany: readManyDefinition
    .exactOptional()
    .describe(
      'Several things by their ids. With it, things of a platform that knows no version are looked at just before they are changed',
    ),
  merged: z
    .literal('survivor')
    .exactOptional()
    .describe('The id of a thing that was merged away answers the one that is left: it counts as deleted'),
  create: writeDefinition.exactOptional(),
  update: updateDefinition.exactOptional(),
  delete: deleteDefinition.exactOptional(),
  batch: batchDefinition.exactOptional().describe('Several writes in one call, answered one by one'),
  idempotency: idempotency.exactOptional().describe('How the platform recognises a repeated write'),
  lookup: lookupDefinition
    .exactOptional()
    .describe('How a thing is found by a key of its own, so that none is made twice'),
  match: matchKeys
    .exactOptional()
    .describe(
      'The keys, lists of canonical paths, by which its things join records that are there; those of the collection when absent',
    ),
  errors: z
    .strictObject({ stale: codes, duplicate: codes, missing: codes })
    .exactOptional()
    .describe("The platform's own error codes that mean something to a sync"),
  fields: z.array(fieldMapping).min(1).max(500),
  columns: jsonPath
    .exactOptional()
    .describe(
      'Where each thing has a member for each of its columns, be it empty: one that is mapped and missing was renamed or removed, and is not read as empty',
    ),
  custom: jsonPath
    .exactOptional()
    .describe('Where the platform keeps fields that a workspace maps by pairs of its own, such as `properties`'),
})
