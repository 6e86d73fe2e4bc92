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

/** A page of deliveries, and the id where the next page begins; null at the end of the list. */
export interface DeliveryPage {
  deliveries: Delivery[]
  next: string | null
}
