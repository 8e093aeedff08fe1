using System.Diagnostics;
using Counterfoil.Chain.Secp256k1;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Measurements;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Home;
using Counterfoil.Node.Chain.Storage;

namespace Counterfoil.Cli.Bench;

/// <summary>The in-process chain's speed, signatures beside other libraries', and the gas of the contracts' actions beside forge's.</summary>
static class ChainBench
{
    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        run.Next("the in-process chain");
        var figures = new List<Figure>();
        foreach (var f in ChainBenchmark.Run(run.Seconds).Concat(Kept(run)))
        {
            figures.Add(new Figure(f.Name, f.PerSecond, $"{f.Unit}/s"));
            figures.Add(new Figure($"{f.Name}, by processor time", f.PerProcessorSecond, $"{f.Unit}/s"));
        }
        run.Next("secp256k1");
        figures.AddRange(CurveBench.Signatures(run));
        figures.Add(CurveBench.Keccak(run));
        run.Next("gas");
        figures.AddRange(await GasBench.RunAsync(run));
        return BenchReport.Of("chain", figures,
            "Blocks and transfers are one thread's work. \"By processor time\" is the rate in a second of the processor: what a machine with nothing else to do comes near to.",
            "A transfer that is kept is answered when it is on the disk; up to 250 wait at once and share a flush. Start-up runs all again and holds each block to its hash.",
            "A transfer is decoded, its sender recovered, executed, and put in a block of its own with state, transaction and receipt roots.",
            $"secp256k1 is the managed implementation; libsecp256k1 is the machine's ({CurveBench.Library}), measured through the product's own binding, and verifies without the parity. The product on this machine uses {Secp256k1Backend.Current.Name} ({Secp256k1Choice.Variable} decides).",
            "BouncyCastle signs with RFC 6979 nonces and has no recovery: its rows are its primitives put together. The framework signs and verifies by OpenSSL.",
            "Gas was measured on the in-process chain where the reference is forge's snapshot of the same call (contracts/snapshots); the other actions are the snapshots themselves.");
    }

    // The same transfers with every answer waiting for the disk, and the chain made again from what was written.
    static List<ChainFigure> Kept(BenchRun run)
    {
        string folder = Directory.CreateTempSubdirectory("counterfoil-bench-").FullName;
        try
        {
            HomeFolder.OpenToWrite(Path.Combine(folder, "home"), "counterfoil bench", TimeProvider.System, [ChainStore.Schema], out var home).Require();
            using (home)
            {
                ChainStore? store = null;
                var kept = ChainBenchmark.Transfers("Transfers, a block each, kept on disk", run.Seconds, options => (store = ChainStore.Open(home!, options, TimeProvider.System)).Chain, () => store!.FlushAsync());
                ulong transfers = store!.Chain.Head.Number;
                store.Dispose();
                var processor = Environment.CpuUsage.TotalTime;
                var clock = Stopwatch.StartNew();
                using var again = ChainStore.Open(home!, store.Options, TimeProvider.System);
                if (again.Chain.Head.Number != transfers) throw new InvalidOperationException($"of {transfers} transfers {again.Chain.Head.Number} were kept");
                return [kept, new ChainFigure("Start-up of a chain that was kept", transfers / clock.Elapsed.TotalSeconds, "transactions", clock.Elapsed, Environment.CpuUsage.TotalTime - processor)];
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
