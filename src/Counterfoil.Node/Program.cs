using Counterfoil.DevChain;
using Counterfoil.Node.Chain;

// The host by itself serves a development chain; `counterfoil` starts it with everything else.
int port = args is ["--chain-port", var text] && int.TryParse(text, out int given) && given is >= 0 and <= 65_535 ? given : args.Length == 0 ? 8_545 : -1;
if (port < 0)
{
    Console.Error.WriteLine("counterfoil-node: error: expected nothing, or --chain-port and a port");
    return 2;
}
await using var host = await ChainHost.StartAsync(new LocalChain(new ChainOptions(), TimeProvider.System), port);
Console.Error.WriteLine($"counterfoil-node: a chain with id {host.Chain.ChainId} answers JSON-RPC at {host.Address}");
await host.WaitForShutdownAsync();
return 0;
