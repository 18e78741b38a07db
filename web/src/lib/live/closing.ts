/** Why a room is not there any more. Whoever was away learns only that it was closed. */
export type Closing = 'requested' | 'expired';

export function closingOf({ reason }: { reason: string }): Closing {
  return reason === 'expired' ? 'expired' : 'requested';
}
