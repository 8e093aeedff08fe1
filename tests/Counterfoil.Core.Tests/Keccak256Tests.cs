using Counterfoil.Core.Digests;

namespace Counterfoil.Core.Tests;

public sealed class Keccak256Tests
{
    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    public void Known_answers_of_the_keccak_team_hold(string message, string digest) =>
        Assert.Equal(digest, Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(message)).ToString());
}
