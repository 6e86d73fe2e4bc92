/** Why an export comes to nothing. */
export type NoExportReason = 'refused' | 'failed' | 'too_long' | 'file_refused' | 'file_unreadable'

/** Thrown where an export comes to nothing: the list can be read by its pages all the same. */
export class NoExport extends Error {
  override readonly name = 'NoExport'
  readonly reason: NoExportReason

  constructor(reason: NoExportReason) {
    super(`No export: ${reason}`)
    this.reason = reason
  }
}
