/** Asks on the terminal, where standard output may be a file; anything but `yes` means no. */
export async function answeredYes(question: string, signal: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // A terminal that goes away says nothing, and that is no.
  const gone = new Promise<string>((resolve) => {
    for (const event of ['close', 'error']) terminal.on(event, () => resolve(''));
  });
  try {
    const answer = await Promise.race([terminal.question(`${question} (yes/no) `, { signal }), gone]);
    return answer.trim().toLowerCase() === 'yes';
  } catch (error) {
    // Ctrl-C and Ctrl-D at the question are an answer: no.
    if (signal.aborted || (error as { readonly code?: unknown }).code === 'ABORT_ERR') return false;
    throw error;
  } finally {
    terminal.close();
  }
}
