import type { Delivery, DeliveryStatus } from './delivery-rows.ts'

export interface DeliveryFilter {
  endpointId?: string | undefined
  status?: DeliveryStatus | undefined
  eventId?: string | undefined
  type?: string | undefined
  /** Of events published at this instant or later. */
  after?: Date | undefined
  /** Of events published before this instant. */
  before?: Date | undefined
}

/** Some deliveries, and the id behind which the list goes on; null at its end. */
export interface DeliveryPage {
  deliveries: Delivery[]
  next: string | null
}
