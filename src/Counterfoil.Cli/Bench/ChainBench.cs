using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Counterfoil.Cli.Demo;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain.Measurements;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Home;
using Counterfoil.Node.Chain.Storage;

namespace Counterfoil.Cli.Bench;

/// <summary>The in-process chain's speed, signatures beside the framework's, and the gas of the contracts' actions beside forge's.</summary>
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
        figures.AddRange(Signatures(run));
        run.Next("gas");
        figures.AddRange(await GasAsync(run));
        return BenchReport.Of("chain", figures,
            "Blocks and transfers are one thread's work. \"By processor time\" is the rate in a second of the processor: what a machine with nothing else to do comes near to.",
            "A transfer that is kept is answered when it is on the disk; up to 250 wait at once and share a flush. Start-up runs all again and holds each block to its hash.",
            "A transfer is decoded, its sender recovered, executed, and put in a block of its own with state, transaction and receipt roots.",
            "The framework signs and verifies on secp256k1 by OpenSSL, without recovery; ours signs in constant time with RFC 6979 nonces and recovers.",
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

    static IEnumerable<Figure> Signatures(BenchRun run)
    {
        const int count = 64;
        byte[] secret = Keccak256.Hash("a signer for measurements"u8).ToArray();
        using var key = new Secp256k1PrivateKey(secret);
        using var framework = OfFramework(secret, key.PublicKey);
        Keccak256Digest[] digests = [.. Enumerable.Range(0, count).Select(i => Keccak256.Hash(BitConverter.GetBytes(i)))];
        EcdsaSignature[] signatures = [.. digests.Select(d => key.Sign(d))];
        byte[][] hashes = [.. digests.Select(d => d.ToArray())], references = [.. hashes.Select(h => framework?.SignHash(h) ?? [])];

        Figure Of(string name, Action<int> ours, Action<int>? reference)
        {
            void Each(Action<int>? work)
            {
                for (int i = 0; work is not null && i < count; i++) work(i);
            }
            var (mine, theirs) = Stopwatches.Pair(run, () => Each(ours), () => Each(reference));
            return new(name, mine * 1e6 / count, "µs", reference is null ? null : "ECDsa of the framework (OpenSSL)", reference is null ? null : theirs * 1e6 / count, LessIsBetter: true);
        }
        yield return Of("secp256k1 sign", i => key.Sign(digests[i]), framework is null ? null : i => framework.SignHash(hashes[i]));
        yield return Of("secp256k1 verify", i => key.PublicKey.Verify(digests[i], signatures[i]).Require(), framework is null ? null : i =>
        {
            if (!framework.VerifyHash(hashes[i], references[i])) throw new InvalidOperationException("the framework refuses its own signature");
        });
        yield return Of("secp256k1 recover", i =>
        {
            Secp256k1PublicKey.Recover(digests[i], signatures[i], out var recovered).Require();
            if (recovered != key.PublicKey) throw new InvalidOperationException("another key was recovered");
        }, null);
    }

    static ECDsa? OfFramework(byte[] secret, Secp256k1PublicKey point)
    {
        try
        {
            return ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.CreateFromFriendlyName("secP256k1"), D = secret, Q = new ECPoint { X = point.X.ToBigEndian(), Y = point.Y.ToBigEndian() },
            });
        }
        catch (Exception e) when (e is PlatformNotSupportedException or CryptographicException)
        {
            return null; // macOS and some builds of OpenSSL do not know the curve
        }
    }

    static async Task<List<Figure>> GasAsync(BenchRun run)
    {
        using var chain = await BenchChain.StartAsync(run.Cancel);
        var (contracts, seller) = (chain.Contracts, chain.Key("seller").Address);
        var measured = new Dictionary<(string, string), double>();
        async Task Measure(string contract, string action, Task<Chain.ChainReceipt> call) => measured[(contract, action)] = (await call).GasUsed;

        await chain.SendAsync("buyer", contracts.TestDollar, new TestDollarContract.TransferCall(seller, 1), run.Cancel);
        await Measure("TestDollar", "transfer", chain.SendAsync("buyer", contracts.TestDollar, new TestDollarContract.TransferCall(seller, 1), run.Cancel));
        await Measure("Anchor", "anchor, first", chain.SendAsync("operator", contracts.Anchor, new AnchorContract.AnchorCall(Word("log"u8), 1000, Word("root"u8)), run.Cancel));
        await Measure("Anchor", "anchor, next", chain.SendAsync("operator", contracts.Anchor, new AnchorContract.AnchorCall(Word("log"u8), 2000, Word("next"u8)), run.Cancel));

        var figures = new List<Figure>();
        foreach (string contract in new[] { "TestDollar", "Anchor", "LeaseEscrow" })
        {
            using var resource = typeof(ChainBench).Assembly.GetManifestResourceStream($"gas/{contract}.json")!;
            using var snapshot = JsonDocument.Parse(resource);
            foreach (var action in snapshot.RootElement.EnumerateObject())
            {
                double forge = double.Parse(action.Value.GetString()!);
                figures.Add(measured.TryGetValue((contract, action.Name), out double gas)
                    ? new Figure($"{contract}: {action.Name}", gas, "gas", "forge", forge, LessIsBetter: true)
                    : new Figure($"{contract}: {action.Name} (forge's)", forge, "gas"));
            }
        }
        return figures;
    }

    /// <summary>A literal as Solidity widens it to bytes32: the zeros behind it make calldata cheap, and so the figure comparable.</summary>
    static Bytes32 Word(ReadOnlySpan<byte> literal)
    {
        Span<byte> word = stackalloc byte[Bytes32.Size];
        word.Clear();
        literal.CopyTo(word);
        return new Bytes32(word);
    }
}
