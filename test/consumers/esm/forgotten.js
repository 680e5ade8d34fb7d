export async function other() {}
