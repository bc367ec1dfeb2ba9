/** Whether the tool ran: what the message of an error of a call begins with, as in Python. */
import { GatewayRefused, SMCPError } from './errors.js';

export type Outcome = 'did not run' | 'ran' | 'may have run';

const beginnings: Readonly<Record<Outcome, string>> = {
  'did not run': 'The tool did not run: ',
  ran: 'The tool ran: ',
  'may have run': 'The tool may have run: ',
};

// With these a gateway withholds an answer that it has.
const withheld: readonly string[] = ['OUTPUT_SIZE_EXCEEDED', 'SESSION_INACTIVE'];

/** What the error of a call says of the tool. In doubt it may have run. */
export function outcomeOf(error: SMCPError): Outcome {
  if (error.dispatched === false) return 'did not run';
  // A gateway says `dispatched` of a call that left, too, to which no answer came.
  const answered = !(error instanceof GatewayRefused) || withheld.includes(error.codeName);
  return error.dispatched === true && answered ? 'ran' : 'may have run';
}

/** Makes a call; an error of it says first whether the tool ran. */
export async function beginningWithOutcome<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof SMCPError) error.message = beginnings[outcomeOf(error)] + error.message;
    throw error;
  }
}
