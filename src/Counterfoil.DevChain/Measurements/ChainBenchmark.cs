using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.Precompiles.Bn254;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.Measurements;

/// <summary>A figure of the in-process chain.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="PerSecond">How many in a second.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Elapsed">How long it took in all.</param>
/// <param name="Processor">Processor time of the whole process in that time: on a machine that does other things as well, less than <paramref name="Elapsed"/>.</param>
public sealed record ChainFigure(string Name, double PerSecond, string Unit, TimeSpan Elapsed, TimeSpan Processor)
{
    /// <summary>How many in a second of the processor: what an idle machine would come near to.</summary>
    public double PerProcessorSecond => PerSecond * Elapsed.TotalSeconds / Processor.TotalSeconds;
}

/// <summary>How fast the in-process chain is, on one thread of this machine.</summary>
public static class ChainBenchmark
{
    static readonly Address Caller = Address.Parse("0x00000000000000000000000000000000000ca11e");
    static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000c0de0001");

    // Each turn hashes a 64-byte memory, writes the digest's slot, reads it back, and does the arithmetic that a compiler would emit:
    //   JUMPDEST; MSTORE(0, i); s = KECCAK256(0, 64) & 0xff; SSTORE(s, i); MSTORE(32, SLOAD(s)); i = i − 1; JUMPI(0, i)
    static ReadOnlySpan<byte> KeccakAndStorage =>
    [
        0x5f, 0x35,                                     // i = CALLDATALOAD(0)
        0x5b, 0x80, 0x5f, 0x52,                         // 2: JUMPDEST DUP1 PUSH0 MSTORE
        0x60, 0x40, 0x5f, 0x20, 0x60, 0xff, 0x16,       // KECCAK256(0, 64) AND 255
        0x81, 0x81, 0x55,                               // DUP2 DUP2 SSTORE
        0x54, 0x60, 0x20, 0x52,                         // SLOAD PUSH1 32 MSTORE
        0x60, 0x01, 0x90, 0x03,                         // i − 1
        0x80, 0x60, 0x02, 0x57, 0x00,                   // DUP1 PUSH1 2 JUMPI STOP
    ];

    // i = i − 1 until zero, with additions and multiplications on the way: the price of dispatching an instruction.
    static ReadOnlySpan<byte> Arithmetic =>
    [
        0x5f, 0x35,
        0x5b, 0x80, 0x80, 0x02, 0x81, 0x01, 0x80, 0x17, 0x50,
        0x60, 0x01, 0x90, 0x03,
        0x80, 0x60, 0x02, 0x57, 0x00,
    ];

    /// <summary>All figures, each measured for about <paramref name="seconds"/>.</summary>
    public static IReadOnlyList<ChainFigure> Run(double seconds = 2) =>
        [Gas("Keccak and storage", KeccakAndStorage, 60_000, seconds), Gas("Arithmetic", Arithmetic, 400_000, seconds), Transfers("Transfers, a block each", seconds, options => new LocalChain(options, TimeProvider.System)), Pairings(seconds)];

    // Turns are as many as a block of 30 million gas has room for, so that what is measured ran to its end.
    static ChainFigure Gas(string name, ReadOnlySpan<byte> code, ulong turns, double seconds)
    {
        var world = new World(StateSnapshot.Empty);
        world.SetCode(world[Contract], new Code(code));
        world.EndChanges();
        var block = new BlockContext
        {
            Fork = Fork.Osaka, ChainId = 1, Number = 1, Timestamp = 1, GasLimit = 30_000_000, BaseFee = default, Coinbase = default, HashOf = _ => null,
        };
        var executor = new Executor(world, block);
        var call = new Envelope { From = Caller, To = Contract, GasLimit = 30_000_000, Data = ((UInt256)turns).ToBigEndian(), IsQuestion = true };
        for (int i = 0; i < 3; i++) // the JIT's turns
        {
            executor.Execute(call, block.GasLimit, out var first);
            if (first is not { Succeeded: true }) throw new InvalidOperationException($"the program of '{name}' did not run to its end: {first?.Fault}");
        }
        long gas = 0;
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            executor.Execute(call, block.GasLimit, out var result);
            gas += result!.GasUsed;
        }
        return new ChainFigure(name, gas / clock.Elapsed.TotalSeconds / 1e6, "Mgas", clock.Elapsed, Environment.CpuUsage.TotalTime - processor);
    }

    /// <summary>Transfers end to end: decoded, sender recovered, executed, each in a block of its own with state, transaction and receipt roots.</summary>
    /// <param name="name">The figure's name.</param>
    /// <param name="seconds">For about how long.</param>
    /// <param name="open">Makes the chain.</param>
    /// <param name="flush">What each transfer's answer waits for, if anything; as many as 250 wait at once.</param>
    public static ChainFigure Transfers(string name, double seconds, Func<ChainOptions, LocalChain> open, Func<Task>? flush = null)
    {
        ArgumentNullException.ThrowIfNull(open);
        using var key = new Secp256k1PrivateKey(Keccak256.Hash("a sender for measurements"u8).ToArray());
        var chain = open(new ChainOptions { Genesis = new Dictionary<Address, UInt256> { [key.Address] = UInt256.One << 120 } });
        ulong nonce = 0;
        var (elapsed, processor) = (TimeSpan.Zero, TimeSpan.Zero);
        int counted = 0;
        while (elapsed.TotalSeconds < seconds)
        {
            // Signed in advance, so that the chain's work is measured and not the wallet's.
            var batch = new byte[250][];
            for (int i = 0; i < batch.Length; i++)
                batch[i] = new Transaction
                {
                    ChainId = chain.ChainId, Nonce = nonce++, MaxPriorityFeePerGas = 1, MaxFeePerGas = 2_000_000_000, GasLimit = 21_000,
                    To = Address.FromWord(0x10000 + nonce % 1_000), Value = 1,
                }.Sign(key).Encode();
            long start = Stopwatch.GetTimestamp();
            var used = Environment.CpuUsage.TotalTime;
            var waiting = new List<Task>(batch.Length);
            foreach (byte[] raw in batch)
            {
                if (chain.Submit(raw, out _) is Verdict.Rejected rejected) throw new InvalidOperationException($"a measured transfer was refused: {rejected}");
                if (flush is not null) waiting.Add(flush());
            }
            Task.WaitAll(waiting);
            if (nonce > 250) // the first batch was the JIT's
            {
                elapsed += Stopwatch.GetElapsedTime(start);
                processor += Environment.CpuUsage.TotalTime - used;
                counted += batch.Length;
            }
        }
        return new ChainFigure(name, counted / elapsed.TotalSeconds, "transactions", elapsed, processor);
    }

    // (1, 2) and the generator of the twist (EIP-197), whose pairing is not one.
    static readonly byte[] Generators = Convert.FromHexString(
        "0000000000000000000000000000000000000000000000000000000000000001" + "0000000000000000000000000000000000000000000000000000000000000002"
        + "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2" + "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
        + "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b" + "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa");

    static ChainFigure Pairings(double seconds)
    {
        var pairing = new Bn254Pairing();
        if (pairing.Run(Generators) is not [.., 0]) throw new InvalidOperationException("the generators did not pair as they must");
        int count = 0;
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        for (; clock.Elapsed.TotalSeconds < seconds; count++) pairing.Run(Generators);
        return new ChainFigure("Pairing checks of one pair", count / clock.Elapsed.TotalSeconds, "checks", clock.Elapsed, Environment.CpuUsage.TotalTime - processor);
    }
}
