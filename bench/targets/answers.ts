/** The response, or an error that says what the server said. */
export async function requireOk(pending: Promise<Response>): Promise<Response> {
  const response = await pending;
  if (response.ok) return response;
  throw new Error(`${response.url} answers ${response.status}: ${(await response.text()).slice(0, 300)}`);
}
