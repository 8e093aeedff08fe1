using System.Runtime.InteropServices;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Hiding;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>That proofs tell nothing of hidden weights, as far as a test can show it.</summary>
public sealed class ZeroKnowledgeTests
{
    static readonly Simulator Simulator = new(Hidden.Model.Graph, Hidden.Model.Parameters, 3, () => Forging.Transcript(true));

    [Fact]
    public void Who_may_program_the_challenges_needs_no_weights()
    {
        // Not even a true statement is needed: the verifier's view is made without any.
        var statement = Hidden.Statement with { Model = Simulator.Model, Output = new long[] { 1, 2, 3, 4, 5, 6 } };
        byte[] simulated = Simulator.Execution(statement), real = Hidden.Prove(true);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, simulated, Forging.Transcript(true)));
        Assert.Equal(real.Length, simulated.Length);
        Assert.Equal(ZkChecks.Pads, Forging.CheckOf(ExecutionProof.Verify(statement, simulated, Forging.Transcript(false))));
    }

    [Fact]
    public void Nor_for_the_registration()
    {
        byte[] simulated = Simulator.Registration();
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(Simulator.Model, simulated, Forging.Transcript(true)));
        Assert.Equal(ZkChecks.Pads, Forging.CheckOf(RegistrationProof.Verify(Simulator.Model, simulated, Forging.Transcript(false))));
    }

    [Fact]
    public void Several_proofs_of_one_simulated_model_open_columns_of_one_root()
    {
        for (int i = 0; i < 3; i++)
        {
            var statement = Hidden.Statement with { Model = Simulator.Model, Output = new long[] { i, 2, 3, 4, 5, 6 } };
            Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, Simulator.Execution(statement), Forging.Transcript(true)));
        }
    }

    [Fact]
    public void Two_proofs_of_one_statement_have_no_element_in_common()
    {
        // The same challenges and the same witness: only pads, masks and salts differ, and they differ everywhere.
        byte[] one = Hidden.Prove(true), other = Hidden.Prove(true);
        Assert.Equal(one.Length, other.Length);
        var map = HiddenProofMap.Of(Hidden.Statement, one, Forging.Transcript(true));
        for (int at = 0; at < map.Columns; at += 16) Assert.False(one.AsSpan(at, 16).SequenceEqual(other.AsSpan(at, 16)), $"byte {at}");
        // With public weights everything is the same: the proof is a function of the witness.
        Assert.Equal(Forging.Prove(true).Proof, Forging.Prove(true).Proof);
    }

    [Fact]
    public void Pads_used_twice_give_the_difference_of_what_they_hide_away()
    {
        // Why pads are drawn anew for every proof: under the same secrets the messages of two inputs differ exactly as their values do.
        var other = (int[])Forging.Input.Clone();
        other[0] ^= 1;
        Goldilocks2 Products(RegisteredGraph model, int[] input, SecretStream? secrets)
        {
            var values = model.Execute(input);
            var said = new MessageTranscript(Forging.Transcript(true));
            model.Prover(values, new ExecutionStatement(model.Model, input, values[^1], Forging.Context), secrets).Prove(said);
            return ProofMap.Read(said.Messages("products")[0], 0);
        }
        Goldilocks2 Difference(RegisteredGraph model, Func<SecretStream?> secrets)
        {
            using SecretStream? one = secrets(), two = secrets();
            return Products(model, Forging.Input, one) - Products(model, other, two);
        }
        // In the clear, and under the same challenges, the message is the value.
        var value = Difference(Forging.Registered, () => null);
        Assert.NotEqual(Goldilocks2.Zero, value);
        Assert.Equal(value, Difference(Hidden.Registered, () => new SecretStream(new byte[32])));
        // With secrets of its own each proof hides it.
        Assert.NotEqual(value, Difference(Hidden.Registered, () => Hidden.Registered.Secrets(true)));
    }

    [Fact]
    public void Every_byte_value_is_as_frequent_as_any_other_in_what_is_sent()
    {
        // 24 proofs of one statement under one set of challenges. A coefficient is below p, just short of 2^64, so its bytes are uniform to 2^-32.
        var counts = new long[256];
        long total = 0;
        for (int i = 0; i < 24; i++)
        {
            byte[] proof = Hidden.Prove(true);
            var map = HiddenProofMap.Of(Hidden.Statement, proof, Forging.Transcript(true));
            foreach (byte b in proof.AsSpan(0, map.Columns)) counts[b]++;
            total += map.Columns;
        }
        double expected = total / 256.0, chi = counts.Sum(c => (c - expected) * (c - expected) / expected);
        // 255 degrees of freedom: mean 255, deviation √510 ≈ 22.6; seven of them.
        Assert.InRange(chi, 255 - 7 * 22.6, 255 + 7 * 22.6);
    }

    [Theory]
    [InlineData(4, 3, 12)]
    [InlineData(5, 4, 40)]
    [InlineData(6, 2, 48)]
    public void Masks_move_as_many_symbols_as_there_are_of_them_anywhere(int logRow, int logInverseRate, int masks)
    {
        // For any cells, the map from R masks to R queried symbols is a bijection: uniform masks make the symbols uniform whatever the cells are.
        var code = new RowCode(logRow, logInverseRate, 1, masks);
        var random = new Random(masks);
        for (int run = 0; run < 5; run++)
        {
            int[] positions = [.. Enumerable.Range(0, code.Length).OrderBy(_ => random.Next()).Take(masks)];
            var matrix = new Goldilocks[masks][];
            var codeword = new Goldilocks[code.Length];
            for (int m = 0; m < masks; m++)
            {
                var cells = new Goldilocks[code.Cells];
                cells[code.RowLength + m] = Goldilocks.One;
                ReedSolomon.Encode(cells, codeword);
                matrix[m] = [.. positions.Select(j => codeword[j])];
            }
            Assert.Equal(masks, Rank(matrix));
        }
    }

    [Fact]
    public void One_column_more_than_there_are_masks_is_one_too_many()
    {
        var code = new RowCode(4, 3, 1, 12);
        var codeword = new Goldilocks[code.Length];
        var symbols = new Goldilocks[13][];
        for (int c = 0; c < code.Cells; c++)
        {
            var cells = new Goldilocks[code.Cells];
            cells[c] = Goldilocks.One;
            ReedSolomon.Encode(cells, codeword);
            for (int j = 0; j < 13; j++) (symbols[j] ??= new Goldilocks[code.Cells])[c] = codeword[j];
        }
        // 13 symbols depend on 12 masks: some combination of them does not, and tells of the cells.
        Assert.Equal(12, Rank([.. symbols.Select(s => s[code.RowLength..])]));
        Assert.Equal(13, Rank(symbols));
    }

    [Fact]
    public void A_stream_of_secrets_is_its_seeds_and_below_p()
    {
        byte[] seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)], one = new byte[100_001], other = new byte[100_001];
        using (var stream = new SecretStream(seed)) stream.Fill(one);
        using (var stream = new SecretStream(seed)) stream.Fill(other);
        Assert.Equal(one, other);
        seed[0] ^= 1;
        using (var stream = new SecretStream(seed)) stream.Fill(other);
        Assert.NotEqual(one, other);
        // The first block: AES-256 of a zero counter.
        using var aes = System.Security.Cryptography.Aes.Create();
        aes.SetKey([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        Assert.Equal(aes.EncryptEcb(new byte[16], System.Security.Cryptography.PaddingMode.None), one[..16]);
        var elements = new Goldilocks[5000];
        using (var stream = new SecretStream(seed)) stream.Fill(elements);
        Assert.All(MemoryMarshal.Cast<Goldilocks, ulong>(elements.AsSpan()).ToArray(), word => Assert.True(word < Goldilocks.Modulus));
    }

    static int Rank(Goldilocks[][] matrix)
    {
        int rank = 0;
        for (int c = 0; c < matrix[0].Length && rank < matrix.Length; c++)
        {
            int pivot = Array.FindIndex(matrix, rank, row => row[c] != Goldilocks.Zero);
            if (pivot < 0) continue;
            (matrix[rank], matrix[pivot]) = (matrix[pivot], matrix[rank]);
            var inverse = Goldilocks.Inverse(matrix[rank][c]);
            for (int r = rank + 1; r < matrix.Length; r++)
            {
                var factor = matrix[r][c] * inverse;
                for (int i = c; i < matrix[0].Length; i++) matrix[r][i] -= factor * matrix[rank][i];
            }
            rank++;
        }
        return rank;
    }
}
