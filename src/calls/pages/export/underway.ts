import { HubError } from '../../../errors.ts'

/** The platform still makes the file of an export: nothing is to be done for a while, as where a limit is used up. */
export class ExportUnderway extends HubError {
  readonly waitMs: number

  constructor(waitMs: number) {
    super('RATE_LIMITED', { message: 'The provider still makes the file of its export.', retryAfterMs: waitMs })
    this.waitMs = waitMs
  }
}
